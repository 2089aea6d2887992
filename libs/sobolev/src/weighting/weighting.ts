import * as tf from '@tensorflow/tfjs-core';
import { type Decay, decayAt } from '../schedules/schedule.ts';

/**
 * How much the derivative term counts, as a factor of α.
 *
 * | kind | factor |
 * |---|---|
 * | `fixed` | 1 |
 * | `relative` | 1 over a running mean of the teacher's own term: α = 1 means the same on every game |
 * | `balanced` | running mean of ‖∇value‖ / ‖∇derivative‖: α is the ratio of the two terms' gradients (Wang et al. 2021, eq. 12) |
 */
export interface Weighting {
  kind: 'fixed' | 'relative' | 'balanced';
  alpha: number;
  /** How α goes over the run; it stays when left out. */
  decay?: Decay;
}

/** What a weighting remembers: one exponential running mean, not yet debiased. */
export type WeightingState = tf.Scalar;

const DECAY = 0.99;
const LEAST = 1e-30;

export const weightingInit = (): WeightingState => tf.scalar(0);

/**
 * The factor of this step's derivative term.
 * @param step counts from 1; running means are debiased as Adam's are, so the first has the right scale already
 * @param teacherTerm the term of a student without derivatives, in this batch
 */
export function weigh(
  { kind, alpha, decay }: Weighting,
  step: number,
  { state, teacherTerm }: { state: WeightingState; teacherTerm: tf.Scalar },
): { weight: tf.Scalar; state: WeightingState } {
  const now = decay ? alpha * decayAt(decay, step) : alpha;
  switch (kind) {
    case 'fixed':
      return { weight: tf.scalar(now), state: tf.clone(state) };
    case 'relative': {
      const mean = follow(state, teacherTerm);
      return { weight: tf.div<tf.Scalar>(now, tf.maximum(debias(mean, step), LEAST)), state: mean };
    }
    case 'balanced': {
      // Before any gradient was seen: as `relative` begins.
      if (step === 1) return { weight: tf.div<tf.Scalar>(now, tf.maximum(teacherTerm, LEAST)), state: tf.clone(state) };
      return { weight: tf.mul<tf.Scalar>(debias(state, step - 1), now), state: tf.clone(state) };
    }
  }
}

/** What a weighting learns from the gradients that its step ended in: ‖∇value‖, and ‖∇derivative‖ before it was weighted. */
export function observe(
  { kind }: Weighting,
  state: WeightingState,
  norms: () => { value: tf.Scalar; derivative: tf.Scalar },
): WeightingState {
  if (kind !== 'balanced') return state;
  const { value, derivative } = norms();
  return follow(state, tf.div<tf.Scalar>(value, tf.maximum(derivative, LEAST)));
}

function follow(mean: tf.Scalar, now: tf.Scalar): tf.Scalar {
  return tf.add<tf.Scalar>(tf.mul(mean, DECAY), tf.mul(now, 1 - DECAY));
}

function debias(mean: tf.Scalar, count: number): tf.Scalar {
  return tf.div<tf.Scalar>(mean, 1 - DECAY ** count);
}
