import { formatValue, formatX } from './format.ts';
import { type Drawing, type Line, type XAxis } from './line.ts';
import { colourName, dashOf } from './plot-options.ts';

export interface LegendProps {
  lines: readonly Line[];
  drawing: Drawing;
  /** Where the cursor is; null: nowhere, and the newest values are told. */
  index: number | null;
  axis: XAxis;
}

export function Legend({ lines, drawing: { xs, raw }, index, axis }: LegendProps) {
  return (
    <ul className="legend">
      {lines.map(({ label, style }, row) => (
        <li key={label}>
          <Swatch style={style} isFew={lines.length <= 4} />
          <span className="legend-label">{label}</span>{' '}
          <span className="legend-value">
            {formatValue(index === null ? newest(raw[row] ?? []) : raw[row]?.[index])}
          </span>
        </li>
      ))}
      <li className="muted">{index === null ? 'newest' : formatX(xs[index] ?? 0, axis)}</li>
    </ul>
  );
}

export function Swatch({ style, isFew = false }: { style: number; isFew?: boolean }) {
  const dash = isFew ? ([[], [7, 4], [2, 3], [10, 3, 2, 3]][style % 4] ?? []) : dashOf(style);
  return (
    <svg width="22" height="8" aria-hidden="true">
      <line
        x1="0"
        y1="4"
        x2="22"
        y2="4"
        style={{ stroke: `var(${colourName(style)})` }}
        strokeWidth="2.5"
        strokeDasharray={dash.join(' ')}
      />
    </svg>
  );
}

const newest = (ys: readonly (number | null)[]): number | null => ys.findLast((y) => y !== null) ?? null;
