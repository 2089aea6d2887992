import { type Evaluated } from './run-distillation.ts';

export type Metric = Exclude<keyof Evaluated, 'step'>;

/** The least of a metric along a run. */
export const bestOf = (curve: readonly Evaluated[], metric: Metric): number =>
  Math.min(...curve.map((point) => point[metric]));
