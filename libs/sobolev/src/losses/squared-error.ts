import * as tf from '@tensorflow/tfjs-core';
import { type ValueTerm } from './kl.ts';

/**
 * Squared error of regression, mean over the batch: 1/B Σ_b ‖y − z‖² with targets z, and ∂/∂y = 2 (y − z) / B (Czarnecki et
 * al. 2017, section 4.1). Unlike `mse`, which compares policies, it counts a common shift.
 * @param targets z [B, A]
 * @param outputs y [B, A] of the network
 */
export function squaredErrorTerm(targets: tf.Tensor2D, outputs: tf.Tensor2D): ValueTerm {
  const difference = tf.sub<tf.Tensor2D>(outputs, targets);
  const batch = outputs.shape[0];
  return { value: tf.div(tf.sum(tf.square(difference)), batch), gradient: tf.mul(difference, 2 / batch) };
}
