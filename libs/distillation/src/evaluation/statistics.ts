import { randomStream } from '@distiller/sobolev';
import { type Estimate } from '../spec/evaluation-report.ts';

/** Resamples behind an interval. */
const RESAMPLES = 5000;
const CONFIDENCE = 0.95;

export interface BootstrapOptions {
  seed: number;
  resamples?: number;
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: Float64Array): number {
  return quantile(values.slice().sort(), 0.5);
}

/**
 * Interquartile mean: the mean of what is left when ⌊n/4⌋ values are cut off at either end. Less moved by single
 * episodes than the mean, and less wasteful than the median (Agarwal et al. 2021, "Deep RL at the edge of the statistical
 * precipice"; as scipy's `trim_mean(x, 0.25)`, which rliable uses).
 */
export function interquartileMean(values: Float64Array): number {
  const cut = Math.floor(values.length / 4);
  return mean(
    values
      .slice()
      .sort()
      .subarray(cut, values.length - cut),
  );
}

/**
 * A statistic with its percentile bootstrap interval of 95 %: the episodes are drawn again with replacement, and the statistic
 * is taken of each draw. What belongs to one seed stays together: a ratio of two policies is resampled in pairs.
 * @param columns [columns][episodes] returns; the same place in each is the same seed
 * @returns null where the statistic itself is not finite
 */
export function estimate(
  columns: readonly (readonly number[])[],
  statistic: (...columns: Float64Array[]) => number,
  { seed, resamples = RESAMPLES }: BootstrapOptions,
): Estimate | null {
  const value = statistic(...columns.map((column) => Float64Array.from(column)));
  if (!Number.isFinite(value)) return null;
  const random = randomStream(seed, 'bootstrap');
  const episodes = columns[0]!.length;
  const drawn = columns.map(() => new Float64Array(episodes));
  const statistics = Float64Array.from({ length: resamples }, () => {
    for (let place = 0; place < episodes; place++) {
      const episode = random.below(episodes);
      for (const [index, column] of columns.entries()) drawn[index]![place] = column[episode]!;
    }
    return statistic(...drawn);
  }).sort();
  const tail = (1 - CONFIDENCE) / 2;
  return { value, low: finite(quantile(statistics, tail)), high: finite(quantile(statistics, 1 - tail)) };
}

/** Linear between the two nearest of the sorted values. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below === above ? below : below + (place - Math.floor(place)) * (above - below);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
