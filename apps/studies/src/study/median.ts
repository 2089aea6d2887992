import { type Interval } from './interval.ts';

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The median with the least and the greatest: of a few rounds of a measurement, some of which something disturbed. */
export function medianAndRange(values: readonly number[]): Interval {
  return { value: median(values), low: Math.min(...values), high: Math.max(...values) };
}
