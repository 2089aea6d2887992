import * as tf from '@tensorflow/tfjs-core';
import { type ValueTerm } from './kl.ts';
import { logSoftmaxOf } from '../log-softmax.ts';

/**
 * KL(π_s ‖ π_t) of the softmaxes at temperature τ, in nats, mean over the batch: 1/B Σ_b Σ_a π_s d with d = log π_s − log π_t.
 * It punishes what the student does and the teacher would not, and forgives actions that the student leaves out.
 *
 * Its gradient: ∂π_s,a/∂y_c = π_s,a (δ_ac − π_s,c) / τ, and Σ_a π_s,a ∂log π_s,a/∂y_c = 0, so that
 * ∂/∂y_c = Σ_a d_a π_s,a (δ_ac − π_s,c) / τB = π_s,c (d_c − Σ_a π_s,a d_a) / τB.
 * @param teacherLogProbs [B, A] log π_t at temperature 1 (as good as logits: softmax ignores a common shift)
 * @param logits [B, A] the student's
 */
export function reverseKlTerm(teacherLogProbs: tf.Tensor2D, logits: tf.Tensor2D, temperature: number): ValueTerm {
  const logT = logSoftmaxOf(tf.div(teacherLogProbs, temperature));
  const logS = logSoftmaxOf(tf.div(logits, temperature));
  const probsS = tf.exp(logS);
  const weighted = tf.mul(probsS, tf.sub(logS, logT));
  const perExample = tf.sum(weighted, 1, true);
  const batch = logits.shape[0];
  return {
    value: tf.div(tf.sum(perExample), batch),
    gradient: tf.div(tf.sub(weighted, tf.mul(probsS, perExample)), temperature * batch),
  };
}
