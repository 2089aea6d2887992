import { type MetricSeries } from '@distiller/client';

/** Metric values of one job, by name, each in step order; null is a value that was not finite. */
export type Curves = ReadonlyMap<string, Curve>;

interface Curve {
  steps: readonly number[];
  values: readonly (number | null)[];
}

export interface Point {
  name: string;
  step: number;
  value: number | null;
}

export const NO_CURVES: Curves = new Map();

export function fromSeries(series: readonly MetricSeries[]): Curves {
  return new Map(series.map(({ name, steps, values }) => [name, { steps, values }]));
}

/** The curves with the points added that come after their ends: one told twice is not added twice. */
export function addPoints(curves: Curves, points: readonly Point[]): Curves {
  const grown = new Map<string, { steps: number[]; values: (number | null)[] }>();
  for (const { name, step, value } of points) {
    const curve = grown.get(name) ?? copy(curves.get(name));
    grown.set(name, curve);
    if (step <= (curve.steps.at(-1) ?? -1)) continue;
    curve.steps.push(step);
    curve.values.push(value);
  }
  return new Map([...curves, ...grown]);
}

/** The curves without what came after a step: the job went on from a checkpoint there and tells it again. */
export function cutAfter(curves: Curves, step: number): Curves {
  return new Map(
    [...curves].map(([name, { steps, values }]) => {
      const kept = steps.filter((each) => each <= step).length;
      return [name, { steps: steps.slice(0, kept), values: values.slice(0, kept) }];
    }),
  );
}

/** Each of the first curves, gone on with by the second where that reaches further. */
export function continueWith(curves: Curves, tail: Curves): Curves {
  const points = [...tail].flatMap(([name, { steps, values }]) =>
    steps.map((step, index) => ({ name, step, value: values[index] ?? null })),
  );
  return addPoints(curves, points);
}

/** Several curves over the union of their steps, as uPlot wants them: a row of steps, then a row of values a curve. */
export function align(curves: Curves, names: readonly string[]): [number[], ...(number | null)[][]] {
  const present = names.map((name) => curves.get(name) ?? { steps: [], values: [] });
  const steps = [...new Set(present.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
  const rows = present.map((curve) => {
    const at = new Map(curve.steps.map((step, index) => [step, curve.values[index]]));
    return steps.map((step) => at.get(step) ?? null);
  });
  return [steps, ...rows];
}

function copy(curve: Curve | undefined): { steps: number[]; values: (number | null)[] } {
  return { steps: [...(curve?.steps ?? [])], values: [...(curve?.values ?? [])] };
}
