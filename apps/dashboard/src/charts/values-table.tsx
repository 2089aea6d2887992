import { useState } from 'react';
import { formatValue, formatX } from './format.ts';
import { type Drawing, type Line, type XAxis } from './line.ts';

const TABLE_ROWS = 100;

export interface ValuesTableProps {
  title: string;
  lines: readonly Line[];
  drawing: Drawing;
  axis: XAxis;
}

export function ValuesTable({ title, lines, drawing: { xs, raw }, axis }: ValuesTableProps) {
  const [isOpen, setOpen] = useState(false);
  const newest = xs
    .map((_, index) => index)
    .slice(-TABLE_ROWS)
    .reverse();
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{xs.length > TABLE_ROWS ? `Table (newest ${TABLE_ROWS} of ${xs.length})` : 'Table'}</summary>
      {isOpen && (
        <div className="scroll" tabIndex={0} role="region" aria-label={`${title}, table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{axis === 'step' ? 'step' : 'time'}</th>
                {lines.map(({ label }) => (
                  <th scope="col" key={label}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {newest.map((index) => (
                <tr key={xs[index]}>
                  <th scope="row">{axis === 'step' ? xs[index] : formatX(xs[index] ?? 0, axis)}</th>
                  {raw.map((ys, column) => (
                    <td key={lines[column]?.label}>{formatValue(ys[index])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
