import { type MetricSeries } from '@distiller/client';

/** Metric values of one job, by name, each in step order. */
export type Curves = ReadonlyMap<string, Curve>;

export interface Curve {
  steps: readonly number[];
  /** null: not finite. */
  values: readonly (number | null)[];
  /** When each was recorded, in milliseconds. */
  times: readonly number[];
  /** Recorded points, where these here are a sample. */
  total?: number;
}

export interface Point {
  name: string;
  step: number;
  value: number | null;
  at: number;
}

export const NO_CURVES: Curves = new Map();

export function fromSeries(series: readonly MetricSeries[]): Curves {
  return new Map(
    series.map(({ name, steps, values, times, total }) => [
      name,
      { steps, values, times: times.map((at) => Date.parse(at)), total },
    ]),
  );
}

/** The curves with the points added that come after their ends: one told twice is not added twice. */
export function addPoints(curves: Curves, points: readonly Point[]): Curves {
  const grown = new Map<string, Grown>();
  for (const { name, step, value, at } of points) {
    const curve = grown.get(name) ?? copy(curves.get(name));
    grown.set(name, curve);
    if (step <= (curve.steps.at(-1) ?? -1)) continue;
    curve.steps.push(step);
    curve.values.push(value);
    curve.times.push(at);
  }
  return new Map([...curves, ...grown]);
}

/** The curves without what came after a step: the job went on from a checkpoint there and tells it again. */
export function cutAfter(curves: Curves, last: number): Curves {
  return new Map(
    [...curves].map(([name, { steps, values, times }]) => {
      const kept = steps.filter((each) => each <= last).length;
      return [name, { steps: steps.slice(0, kept), values: values.slice(0, kept), times: times.slice(0, kept) }];
    }),
  );
}

/** Each of the first curves, gone on with by the second where that reaches further. */
export function continueWith(curves: Curves, tail: Curves): Curves {
  const points = [...tail].flatMap(([name, { steps, values, times }]) =>
    steps.map((step, index) => ({ name, step, value: values[index] ?? null, at: times[index] ?? 0 })),
  );
  return addPoints(curves, points);
}

interface Grown extends Curve {
  steps: number[];
  values: (number | null)[];
  times: number[];
}

function copy(curve: Curve | undefined): Grown {
  return {
    ...(curve?.total !== undefined && { total: curve.total }),
    steps: [...(curve?.steps ?? [])],
    values: [...(curve?.values ?? [])],
    times: [...(curve?.times ?? [])],
  };
}
