import * as tf from '@tensorflow/tfjs-core';

/** How much the derivative term counts. `relative` divides α by a running mean of the teacher's own squared term. */
export type Weighting = { kind: 'fixed'; alpha: number } | { kind: 'relative'; alpha: number };

/** Exponential running mean of ‖g_t‖², not yet debiased; a scalar. Fixed weighting leaves it at zero. */
export type WeightingState = tf.Scalar;

const DECAY = 0.99;

export const weightingInit = (): WeightingState => tf.scalar(0);

/**
 * The factor of this step's derivative term, from the teacher's squared term 1/B Σ ‖g_t‖².
 * @param step counts from 1; the running mean is debiased as Adam's is, so the first step already has the right scale
 */
export function weigh(
  weighting: Weighting,
  step: number,
  { state, teacherTerm }: { state: WeightingState; teacherTerm: tf.Scalar },
): { weight: tf.Scalar; state: WeightingState } {
  if (weighting.kind === 'fixed') return { weight: tf.scalar(weighting.alpha), state: tf.clone(state) };
  const mean = tf.add<tf.Scalar>(tf.mul(state, DECAY), tf.mul(teacherTerm, 1 - DECAY));
  const debiased = tf.div(mean, 1 - DECAY ** step);
  return { weight: tf.div<tf.Scalar>(weighting.alpha, tf.maximum(debiased, 1e-30)), state: mean };
}
