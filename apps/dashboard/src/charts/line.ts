import { type Curve } from './series.ts';
import { smooth } from './smooth.ts';

export type XAxis = 'step' | 'relative' | 'wall';

/** One line of a chart, in order of x. */
export interface Line {
  label: string;
  xs: readonly number[];
  ys: readonly (number | null)[];
  /** Which of the colours, from 0; dashes change when they are used up. */
  style: number;
  /** Around the line, such as the lowest and the highest of several seeds. */
  band?: { low: readonly (number | null)[]; high: readonly (number | null)[] };
}

/** A curve along the axis that was chosen: steps, seconds since its first point, or seconds since 1970. */
export function toLine(curve: Curve | undefined, axis: XAxis, rest: Pick<Line, 'label' | 'style'>): Line {
  const { steps, values, times } = curve ?? { steps: [], values: [], times: [] };
  const [first = 0] = times;
  const xs = axis === 'step' ? steps : times.map((at) => (axis === 'wall' ? at : at - first) / 1000);
  return { ...rest, xs, ys: values };
}

/** Lines over the union of their xs, as uPlot wants them: a row of xs, then the rows of each line. */
export interface Drawing {
  xs: number[];
  /** As recorded. */
  raw: (number | null)[][];
  /** As smoothed; the same as `raw` without smoothing. */
  smoothed: (number | null)[][];
  bands: ({ low: (number | null)[]; high: (number | null)[] } | undefined)[];
}

export function alignLines(lines: readonly Line[], smoothing: number): Drawing {
  const xs = unionOf(lines);
  const place = new Map(xs.map((x, index) => [x, index]));
  const spread = (of: readonly number[], ys: readonly (number | null)[]) => {
    const row = new Array<number | null>(xs.length).fill(null);
    of.forEach((x, index) => (row[place.get(x) ?? 0] = ys[index] ?? null));
    return row;
  };
  const range = (xs.at(-1) ?? 0) - (xs[0] ?? 0);
  return {
    xs,
    raw: lines.map((line) => spread(line.xs, line.ys)),
    smoothed: lines.map((line) => spread(line.xs, smoothing > 0 ? smooth(line, smoothing, range) : line.ys)),
    bands: lines.map(({ xs: at, band }) => band && { low: spread(at, band.low), high: spread(at, band.high) }),
  };
}

function unionOf(lines: readonly Line[]): number[] {
  const [only, ...others] = lines;
  if (only && others.length === 0) return [...new Set(only.xs)];
  return [...new Set(lines.flatMap(({ xs }) => xs))].sort((a, b) => a - b);
}
