import { bootstrap } from '@distiller/distillation';

/** A statistic over seeds with its percentile bootstrap interval of 95 %. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

const STATISTICS = {
  mean: (values: Float64Array) => sum(values) / values.length,
  'geometric mean': (values: Float64Array) => Math.exp(sum(values.map((value) => Math.log(value))) / values.length),
};

/** @throws Error when the statistic is not finite */
export function interval(values: readonly number[], statistic: keyof typeof STATISTICS = 'mean'): Interval {
  const estimate = bootstrap([values], STATISTICS[statistic], { seed: 1 });
  if (!estimate) throw new Error(`no ${statistic} of ${values.join(', ')}`);
  const { value, low, high } = estimate;
  return { value, low: low ?? value, high: high ?? value };
}

/** value (low–high), each with two digits; of a single seed the value alone. */
export function showInterval({ value, low, high }: Interval): string {
  const show = (number: number) => String(Number(number.toPrecision(2)));
  return low === high ? show(value) : `${show(value)} (${show(low)}–${show(high)})`;
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
