import * as tf from '@tensorflow/tfjs-core';
import { type Packed } from '../parameters.ts';
import { squaredNorm } from '../squared-norm.ts';

/** The global norm ‖g‖ over all weights, and the gradient scaled down to at most `maxNorm`, if one is given. */
export function clipByGlobalNorm(gradient: Packed, maxNorm: number | undefined): { gradient: Packed; norm: tf.Scalar } {
  const norm = tf.sqrt(tf.addN(gradient.map(squaredNorm)));
  if (maxNorm === undefined) return { gradient, norm };
  // min(1, max / ‖g‖); a norm that is not finite stays visible in what is returned.
  const factor = tf.minimum(tf.div(maxNorm, tf.maximum(norm, 1e-30)), 1);
  return { gradient: gradient.map((piece) => tf.mul(piece, factor)), norm };
}
