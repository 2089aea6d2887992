import * as tf from '@tensorflow/tfjs-core';
import { pullBack } from './losses/vjp.ts';
import { forward, type Network, type Weights } from './network.ts';
import { squaredNorm } from './squared-norm.ts';

/** The exact Jacobian of log π at x [B, …inputShape]: one gradient [B, …inputShape] an action, by A pull-backs. */
export function logPolicyJacobian(network: Network, weights: Weights, x: tf.Tensor): tf.Tensor[] {
  return tf.tidy(() => {
    const points = forward(network, weights, x);
    const [batch, actions] = points.at(-1)!.y.shape as [number, number];
    const basis = (action: number) =>
      tf.cast(tf.oneHot(tf.fill([batch], action, 'int32'), actions), 'float32') as tf.Tensor2D;
    return Array.from({ length: actions }, (_, action) => pullBack(points, basis(action)));
  });
}

/** Squared Frobenius norms behind `jacobian_error` = difference / reference, summed over the batch. */
export interface JacobianNorms {
  /** ‖J_s − J_t‖². */
  difference: number;
  /** ‖J_t‖². */
  reference: number;
}

/** @param student, teacher as `logPolicyJacobian` gives them, for the same x */
export function jacobianNorms(student: readonly tf.Tensor[], teacher: readonly tf.Tensor[]): JacobianNorms {
  const squared = (tensors: readonly tf.Tensor[]) => tf.addN(tensors.map(squaredNorm));
  const [difference, reference] = tf.tidy(() => {
    const differences = student.map((gradient, action) => tf.sub(gradient, teacher[action]!));
    return [squared(differences).dataSync()[0]!, squared(teacher).dataSync()[0]!];
  });
  return { difference: difference, reference: reference };
}
