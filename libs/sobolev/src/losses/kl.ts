import * as tf from '@tensorflow/tfjs-core';
import { logSoftmaxOf } from '../log-softmax.ts';

/** A value term and its gradient in the student's logits. */
export interface ValueTerm {
  /** Scalar, mean over the batch. */
  value: tf.Scalar;
  /** ∂value/∂logits [B, A]. */
  gradient: tf.Tensor2D;
}

/**
 * KL(π_t ‖ π_s) of the softmaxes at temperature τ, in nats, mean over the batch:
 * 1/B Σ_b Σ_a π_t (log π_t − log π_s), with ∂/∂y = (π_s − π_t) / (τ B). Rusu et al. 2015, equation 3.
 * @param teacherLogProbs [B, A] log π_t at temperature 1 (as good as logits: softmax ignores a common shift)
 * @param logits [B, A] the student's
 */
export function klTerm(teacherLogProbs: tf.Tensor2D, logits: tf.Tensor2D, temperature: number): ValueTerm {
  const logT = logSoftmaxOf(tf.div(teacherLogProbs, temperature));
  const logS = logSoftmaxOf(tf.div(logits, temperature));
  const probsT = tf.exp(logT);
  const batch = logits.shape[0];
  return {
    value: tf.div(tf.sum(tf.mul(probsT, tf.sub(logT, logS))), batch),
    gradient: tf.div(tf.sub(tf.exp(logS), probsT), temperature * batch),
  };
}
