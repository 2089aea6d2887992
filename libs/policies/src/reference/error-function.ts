/**
 * erf(x) = 2/√π e^(−x²) Σₙ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms all have one sign: nothing cancels, and the sum is exact to a
 * few units in the last place. Beyond |x| = 6 it is ±1 in double precision. Abramowitz & Stegun 7.1.6.
 */
export function erf(x: number): number {
  if (Math.abs(x) >= 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
