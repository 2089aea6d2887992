import { useMemo } from 'react';
import { formatValue } from './format.ts';
import { Plot } from './plot.tsx';
import { align, type Curves } from './series.ts';

const TABLE_ROWS = 100;

export interface ChartProps {
  title: string;
  /** What is drawn, in a sentence, for whoever meets the quantity first. */
  meaning: string;
  curves: Curves;
  names: readonly string[];
  scale: 'log' | 'linear';
  /** Nothing more will come. */
  isOver: boolean;
}

/** One set of curves, drawn and as a table: the drawing is not for every eye. */
export function Chart({ title, meaning, curves, names, scale, isOver }: ChartProps) {
  const data = useMemo(() => align(curves, names), [curves, names]);
  const drawn = useMemo(() => (scale === 'log' ? positive(data) : data), [data, scale]);
  const isEmpty = data[0].length === 0;
  return (
    <figure className="chart">
      <figcaption>
        <h3>{title}</h3>
        <p>{meaning}</p>
      </figcaption>
      {isEmpty ? (
        <p className="placeholder">{isOver ? 'No values.' : 'No values yet.'}</p>
      ) : (
        <>
          <Plot data={drawn} names={names} scale={scale} label={`${title}: ${summary(curves, names)}`} />
          <Values title={title} names={names} data={data} />
        </>
      )}
    </figure>
  );
}

/** A logarithmic axis has no place for zero, which is what the derivative term of plain distillation is. */
function positive([steps, ...rows]: ReturnType<typeof align>): ReturnType<typeof align> {
  return [steps, ...rows.map((values) => values.map((value) => (value !== null && value > 0 ? value : null)))];
}

function summary(curves: Curves, names: readonly string[]): string {
  return names
    .map((name) => {
      const { steps, values } = curves.get(name) ?? { steps: [], values: [] };
      return `${name} is ${formatValue(values.at(-1))} at step ${steps.at(-1) ?? 0}`;
    })
    .join(', ');
}

interface ValuesProps {
  title: string;
  names: readonly string[];
  data: readonly (readonly (number | null)[])[];
}

function Values({ title, names, data: [steps = [], ...rows] }: ValuesProps) {
  const newest = steps
    .map((_, index) => index)
    .slice(-TABLE_ROWS)
    .reverse();
  return (
    <details>
      <summary>{steps.length > TABLE_ROWS ? `Table (newest ${TABLE_ROWS} of ${steps.length})` : 'Table'}</summary>
      <div className="scroll" tabIndex={0} role="region" aria-label={`${title}, table`}>
        <table>
          <thead>
            <tr>
              <th scope="col">step</th>
              {names.map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {newest.map((index) => (
              <tr key={steps[index]}>
                <th scope="row">{steps[index]}</th>
                {rows.map((values, column) => (
                  <td key={names[column]}>{formatValue(values[index])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
