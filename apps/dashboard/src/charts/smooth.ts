/** Points that a whole axis counts as, whatever its unit. */
const AXIS = 1_000;

interface Points {
  xs: readonly number[];
  ys: readonly (number | null)[];
}

/**
 * Time-weighted exponential moving average, debiased, as Weights & Biases draws it: points far apart pull each other less,
 * and the first one is its own mean instead of being drawn from 0. What is not finite is passed over.
 * @param weight in [0, 1): 0 is no smoothing
 * @param range of the whole axis, in its unit
 */
export function smooth({ xs, ys }: Points, weight: number, range: number): (number | null)[] {
  const base = Math.min(Math.sqrt(weight), 0.999);
  let [sum, debias] = [0, 0];
  let before: number | undefined;
  return ys.map((y, index) => {
    if (y === null) return null;
    const x = xs[index] ?? 0;
    const gap = before === undefined || range <= 0 ? 0 : ((x - before) / range) * AXIS;
    before = x;
    const kept = base ** gap;
    sum = sum * kept + y;
    debias = debias * kept + 1;
    return sum / debias;
  });
}
