import { type Evaluated } from './run-distillation.ts';

export type Metric = Exclude<keyof Evaluated, 'step'>;

/** The least of a metric along a run. */
export const bestOf = (curve: readonly Evaluated[], metric: Metric): number =>
  Math.min(...curve.map((point) => point[metric]));

/** A metric after a share of the steps, between two evaluations along a straight line. */
export function metricAt(curve: readonly Evaluated[], share: number, metric: Metric): number {
  const step = Math.min(1, share) * curve.at(-1)!.step;
  const after = curve.findIndex((point) => point.step >= step);
  const [a, b] = [curve[Math.max(0, after - 1)]!, curve[after]!];
  if (a.step === b.step) return b[metric];
  const way = (step - a.step) / (b.step - a.step);
  return (1 - way) * a[metric] + way * b[metric];
}
