import * as tf from '@tensorflow/tfjs-core';
import { elementwise, type ElementwiseOptions } from './elementwise.ts';
import { type Layer } from './layer.ts';

/** φ = x σ with the sigmoid σ(x), φ' = σ + φ (1 − σ), φ'' = σ (1 − σ) (2 + x (1 − 2σ)). Elfwing et al. 2017. */
export function silu(options: ElementwiseOptions): Layer {
  return elementwise(options, (x) => {
    const sigma = tf.sigmoid(x);
    const rest = tf.sub(1, sigma);
    const y = tf.mul(x, sigma);
    return {
      y,
      slope: tf.add(sigma, tf.mul(y, rest)),
      bend: () => tf.mul(tf.mul(sigma, rest), tf.add(2, tf.mul(x, tf.sub(rest, sigma)))),
    };
  });
}
