import { type Weighting } from '@distiller/sobolev';

/**
 * What the student is taught: the teacher's values; the same on noisy inputs, the cheap rival of derivatives; values and pull-backs
 * along one random direction, one to one relative to the teacher's own term (`sobolev`) or as the terms' gradients weigh (`adaptive`).
 */
export const METHODS = ['value', 'noise', 'sobolev', 'adaptive'] as const;
export type Method = (typeof METHODS)[number];

/** What a method is tuned over. */
export type Setting = {
  learning_rate: number;
  /** The derivative term's weight, or the standard deviation of the noise. */
  strength: number;
};

const RATES = [1e-3, 3e-3, 1e-2];
const STRENGTHS: Record<Method, readonly number[]> = {
  value: [0],
  noise: [0.03, 0.1],
  sobolev: [1],
  adaptive: [0.1, 1],
};

export const settingsOf = (method: Method): Setting[] =>
  RATES.flatMap((learning_rate) => STRENGTHS[method].map((strength) => ({ learning_rate, strength })));

export function weightingOf(method: Method, alpha: number, totalSteps: number): Weighting | null {
  switch (method) {
    case 'value':
    case 'noise':
      return null;
    case 'sobolev':
      return { kind: 'relative', alpha };
    case 'adaptive':
      return { kind: 'balanced', alpha, decay: { kind: 'cosine', finalFraction: 0, totalSteps } };
  }
}
