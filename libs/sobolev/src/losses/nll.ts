import * as tf from '@tensorflow/tfjs-core';
import { type ValueTerm } from './kl.ts';
import { logSoftmaxOf } from '../log-softmax.ts';

/**
 * Negative log-likelihood of the teacher's greedy action a* = argmax_a π_t, in nats, mean over the batch:
 * −1/B Σ_b log π_s(a*), with ∂/∂y = (π_s − e_a*) / B. Rusu et al. 2015, equation 1.
 * It never sees how sure the teacher was, and is zero only for a student that is certain.
 * @param teacherLogProbs [B, A] log π_t (or logits)
 * @param logits [B, A] the student's
 */
export function nllTerm(teacherLogProbs: tf.Tensor2D, logits: tf.Tensor2D): ValueTerm {
  const [batch, actions] = logits.shape;
  // Cast, for wasm's OneHot writes integers whatever type is asked of it.
  const greedy = tf.cast(tf.oneHot(tf.argMax(teacherLogProbs, 1), actions) as tf.Tensor2D, 'float32');
  const logS = logSoftmaxOf(logits);
  return {
    value: tf.div(tf.sum(tf.mul(greedy, logS)), -batch),
    gradient: tf.div(tf.sub(tf.exp(logS), greedy), batch),
  };
}
