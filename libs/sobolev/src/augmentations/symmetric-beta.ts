import { type RandomStream } from '../random.ts';

/**
 * A draw from Beta(a, a), a > 0, as G₁ / (G₁ + G₂) of two Gamma(a) draws. Done with their logarithms: for small a both are far
 * below the smallest number there is, and their ratio is not.
 */
export function symmetricBeta(a: number, random: RandomStream): number {
  return 1 / (1 + Math.exp(logGamma(a, random) - logGamma(a, random)));
}

/** Logarithm of a Gamma(a, 1) draw; below 1 by Gamma(a) = Gamma(a + 1) · U^(1/a). */
function logGamma(a: number, random: RandomStream): number {
  if (a < 1) return logGamma(a + 1, random) + Math.log(1 - random.uniform()) / a;
  return Math.log(gamma(a, random));
}

/** Marsaglia and Tsang 2000: rejection from a cubed normal, for a ≥ 1. */
function gamma(a: number, random: RandomStream): number {
  const d = a - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal();
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
