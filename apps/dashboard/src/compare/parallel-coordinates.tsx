import { type Job } from '@distiller/client';
import { useState } from 'react';
import { formatValue } from '../charts/format.ts';
import { colourName, dashOf } from '../charts/plot-options.ts';
import { flatten, showJson } from '../job/spec-diff.ts';
import { type JobRow } from '../jobs/use-summaries.ts';
import { differingFields } from './group-jobs.ts';

const [WIDTH, HEIGHT, TOP, SIDE] = [960, 260, 40, 70];
const METRICS = [
  ['kl', 'min'],
  ['jacobian_error', 'min'],
  ['action_error', 'min'],
  ['return_ratio', 'max'],
] as const;

interface Axis {
  title: string;
  /** Where each job stands, from 0 (bottom) to 1; null: it has no such value. */
  at: (number | null)[];
  ticks: { at: number; text: string }[];
}

/** Each job a line across what was varied, on the left, and what came of it, on the right. */
export function ParallelCoordinates({ jobs, rows }: { jobs: readonly Job[]; rows: readonly JobRow[] }) {
  const [marked, mark] = useState<string | null>(null);
  const axes = axesOf(jobs, rows);
  if (jobs.length < 2 || axes.length < 2) return null;
  const x = (index: number) => SIDE + (index * (WIDTH - 2 * SIDE)) / (axes.length - 1);
  const y = (at: number) => TOP + (1 - at) * (HEIGHT - TOP - 20);
  return (
    <section className="card" aria-labelledby="parallel-title">
      <h2 id="parallel-title">What was varied, and what came of it</h2>
      <p className="muted">A line a job, the same as above; the table of differences and of jobs has the numbers.</p>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Parallel coordinates">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="parallel" role="img" aria-label={inWords(axes, jobs)}>
          {axes.map(({ title, ticks }, index) => (
            <g key={title} transform={`translate(${x(index)} 0)`}>
              <text y="16" textAnchor="middle" className="axis-title">
                {title}
              </text>
              <line y1={TOP} y2={HEIGHT - 20} className="axis" />
              {ticks.map(({ at, text }) => (
                <text key={text} x="6" y={y(at) + 4} className="tick">
                  {text}
                </text>
              ))}
            </g>
          ))}
          {jobs.map(({ id }, style) => (
            <path
              key={id}
              d={pathOf(
                axes.map(({ at }, index) => [x(index), at[style] ?? null] as const),
                y,
              )}
              style={{ stroke: `var(${colourName(style)})` }}
              strokeDasharray={dashOf(style).join(' ')}
              className={`trail ${marked === null ? '' : marked === id ? 'marked' : 'dimmed'}`}
              onPointerEnter={() => mark(id)}
              onPointerLeave={() => mark(null)}
            >
              <title>{id}</title>
            </path>
          ))}
        </svg>
      </div>
    </section>
  );
}

function pathOf(points: (readonly [number, number | null])[], y: (at: number) => number): string {
  const known = points.filter((point): point is readonly [number, number] => point[1] !== null);
  return known.map(([left, at], index) => `${index === 0 ? 'M' : 'L'}${left.toFixed(1)} ${y(at).toFixed(1)}`).join(' ');
}

function axesOf(jobs: readonly Job[], rows: readonly JobRow[]): Axis[] {
  const specs = jobs.map(({ spec }) => flatten(spec));
  const varied = differingFields(jobs)
    .filter((path) => !path.startsWith('metadata.'))
    .slice(0, 6);
  const found = METRICS.map(([name, end]) => ({
    title: `${name} best`,
    values: jobs.map(({ id }) => rows.find((row) => row.id === id)?.metrics[name]?.[end] ?? null),
  })).filter(({ values }) => values.some((value) => value !== null));
  return [
    ...varied.map((path) =>
      axisOf(
        path.split('.').slice(-2).join('.'),
        specs.map((spec) => spec.get(path) ?? null),
      ),
    ),
    ...found.map(({ title, values }) => axisOf(title, values)),
  ];
}

/** Numbers by their size, on a logarithmic axis where they span decades; words evenly spread. */
function axisOf(title: string, values: readonly unknown[]): Axis {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0 || values.some((value) => value !== null && typeof value !== 'number')) {
    const words = [...new Set(values.map((value) => showJson(value as never)))];
    const place = (word: string) => (words.length === 1 ? 0.5 : words.indexOf(word) / (words.length - 1));
    return {
      title,
      at: values.map((value) => place(showJson(value as never))),
      ticks: words.map((word) => ({ at: place(word), text: word.slice(0, 14) })),
    };
  }
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const isLog = low > 0 && high / low > 20;
  const scaled = (value: number) => (isLog ? Math.log(value) : value);
  const span = scaled(high) - scaled(low);
  const at = (value: number) => (span === 0 ? 0.5 : (scaled(value) - scaled(low)) / span);
  const ends = low === high ? [low] : [low, high];
  return {
    title,
    at: values.map((value) => (typeof value === 'number' ? at(value) : null)),
    ticks: ends.map((value) => ({ at: at(value), text: formatValue(value) })),
  };
}

function inWords(axes: readonly Axis[], jobs: readonly Job[]): string {
  return `Parallel coordinates of ${jobs.length} jobs over ${axes.map(({ title }) => title).join(', ')}`;
}
