import * as tf from '@tensorflow/tfjs-core';
import { type ValueTerm } from './kl.ts';

/**
 * Squared distance of the logits, mean over the batch: 1/B Σ_b ‖d‖² with d = C(y − z), after Rusu et al. 2015, equation 2.
 * A policy is the same under a shift of all its logits, and of the teacher's logits z only log π_t, which is z up to a shift,
 * is known. So both are centred over the actions, C = I − 11ᵀ/A, and the shift does not count.
 * C is a symmetric projection and d lies in its image, so that ∂/∂y = 2 Cᵀd / B = 2d / B.
 * @param teacherLogProbs [B, A] log π_t (or logits)
 * @param logits [B, A] the student's
 */
export function mseTerm(teacherLogProbs: tf.Tensor2D, logits: tf.Tensor2D): ValueTerm {
  const difference = tf.sub(logits, teacherLogProbs);
  const centred = tf.sub<tf.Tensor2D>(difference, tf.mean(difference, 1, true));
  const batch = logits.shape[0];
  return { value: tf.div(tf.sum(tf.square(centred)), batch), gradient: tf.mul(centred, 2 / batch) };
}
