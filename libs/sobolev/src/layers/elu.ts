import * as tf from '@tensorflow/tfjs-core';
import { elementwise, type ElementwiseOptions } from './elementwise.ts';
import { type Layer } from './layer.ts';

/**
 * φ = x above zero and α (eˣ − 1) below; φ' = 1 above and α eˣ below; φ'' = 0 above and α eˣ below. Clevert et al. 2016.
 * At zero, as on the whole lower side, φ' = α: for α ≠ 1 it jumps there.
 */
export function elu({ alpha, ...options }: ElementwiseOptions & { alpha: number }): Layer {
  return elementwise(options, (x) => {
    const above = tf.step(x);
    // The exponent of a large positive x would overflow, and a product with a mask does not undo that.
    const below = tf.minimum(x, 0);
    const bend = tf.mul(tf.mul(tf.exp(below), alpha), tf.sub(1, above));
    return {
      y: tf.add(tf.relu(x), tf.mul(tf.expm1(below), alpha)),
      slope: tf.add(above, bend),
      bend: () => bend,
    };
  });
}
