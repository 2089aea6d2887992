import { type Weighting } from '@distiller/sobolev';

/**
 * Values alone; values and gradients one to one in the function's own coordinates, as in the paper; and the ratio of both terms'
 * gradients held at an α that falls to zero (`balanced`).
 */
export const METHODS = ['value', 'sobolev', 'adaptive'] as const;
export type Method = (typeof METHODS)[number];

/**
 * How the derivative term counts; null where there is none.
 * @param unit what 1 in the network's coordinates is in the function's: squared gradients are `unit²` times as large in the former
 */
export function weightingOf(method: Method, { alpha, unit, steps }: Weighed): Weighting | null {
  switch (method) {
    case 'value':
      return null;
    case 'sobolev':
      return { kind: 'fixed', alpha: alpha / unit ** 2 };
    case 'adaptive':
      return { kind: 'balanced', alpha, decay: { kind: 'cosine', finalFraction: 0, totalSteps: steps } };
  }
}

interface Weighed {
  alpha: number;
  unit: number;
  steps: number;
}

/** What a method is tuned over. */
export type Setting = {
  learning_rate: number;
  alpha: number;
};

export function settingsOf(method: Method): Setting[] {
  const [rates, alphas] = GRID[method];
  return rates.flatMap((learning_rate) => alphas.map((alpha) => ({ learning_rate, alpha })));
}

const RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2];
const GRID: Record<Method, readonly [rates: number[], alphas: number[]]> = {
  value: [RATES, [0]],
  sobolev: [RATES, [1]],
  adaptive: [RATES.slice(1), [1, 0.1, 0.01]],
};
