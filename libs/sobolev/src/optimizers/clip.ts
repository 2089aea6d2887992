import * as tf from '@tensorflow/tfjs-core';
import { type Weights } from '../network.ts';
import { squaredNorm } from '../squared-norm.ts';

/** The gradients' global norm ‖g‖ over all weights, and the gradients scaled down to at most `maxNorm`, if one is given. */
export function clipByGlobalNorm(
  gradients: Weights,
  maxNorm: number | undefined,
): { gradients: Weights; norm: tf.Scalar } {
  const norm = tf.sqrt(tf.addN(gradients.map(squaredNorm)));
  if (maxNorm === undefined) return { gradients, norm };
  // min(1, max / ‖g‖); a norm that is not finite stays visible in what is returned.
  const factor = tf.minimum(tf.div(maxNorm, tf.maximum(norm, 1e-30)), 1);
  return { gradients: gradients.map((gradient) => tf.mul(gradient, factor)), norm };
}
