import { type JobEvent } from '@distiller/client';
import { plot } from 'simple-ascii-chart';

type Point = [step: number, value: number];

/** Points that are kept; beyond them every other one goes. */
const MOST_POINTS = 2_000;
/** Columns beside the curve, for the numbers of its axis. */
const AXIS = 12;
const HEIGHT = 8;

/** Of a job that trains: its loss over its steps, as it comes. */
export interface Curve {
  add(event: JobEvent): void;
  /** None while there is nothing to see. */
  lines(columns: number): string[];
}

export function createCurve(): Curve {
  let points: Point[] = [];
  return {
    add(event) {
      points = withEvent(points, event);
      if (points.length > MOST_POINTS) points = points.filter((_, index) => index % 2 === 0);
    },
    lines: (columns) => draw(points, columns - AXIS),
  };
}

function withEvent(points: Point[], event: JobEvent): Point[] {
  if (event.type === 'status') {
    const { from_step: from } = event.data;
    // They will come again.
    return from === undefined ? points : points.filter(([step]) => step <= from);
  }
  if (event.type !== 'metrics') return points;
  const losses = event.data.points.filter(({ name }) => name === 'loss');
  return [...points, ...losses.flatMap(({ step, value }): Point[] => (value === null ? [] : [[step, value]]))];
}

/** Means over so many steps as a column is wide: single batches hide how it goes on. */
function draw(points: readonly Point[], width: number): string[] {
  const columns = binned(points, width);
  if (columns.length < 2) return [];
  const title = `loss ${columns.at(-1)![1].toPrecision(3)}`;
  const formatter = (value: number) => Number(value.toPrecision(3));
  const text = plot(columns, { width, height: HEIGHT, title, formatter, hideXAxisTicks: true, hideXAxis: true });
  return text.split('\n').filter((line) => line.trim() !== '');
}

function binned(points: readonly Point[], bins: number): Point[] {
  if (points.length === 0 || bins < 2) return [];
  const [first, last] = [points[0]![0], points.at(-1)![0]];
  const width = Math.max(1, (last - first + 1) / bins);
  const sums = new Map<number, { total: number; count: number; step: number }>();
  for (const [step, value] of points) {
    const bin = Math.floor((step - first) / width);
    const { total, count } = sums.get(bin) ?? { total: 0, count: 0 };
    sums.set(bin, { total: total + value, count: count + 1, step });
  }
  return [...sums.values()].map(({ total, count, step }) => [step, total / count]);
}
