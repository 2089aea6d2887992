import * as tf from '@tensorflow/tfjs-core';
import { elementwise, type ElementwiseOptions } from './elementwise.ts';
import { type Layer } from './layer.ts';

/**
 * The exact form, as PyTorch's default: φ = x Φ with the normal distribution Φ(x) = (1 + erf(x / √2)) / 2 and its
 * density p(x) = exp(−x²/2) / √(2π). φ' = Φ + x p, φ'' = p (2 − x²). Hendrycks & Gimpel 2016.
 */
export function gelu(options: ElementwiseOptions): Layer {
  return elementwise(options, (x) => {
    const distribution = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
    const square = tf.square(x);
    const density = tf.mul(tf.exp(tf.mul(square, -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return {
      y: tf.mul(x, distribution),
      slope: tf.add(distribution, tf.mul(x, density)),
      bend: () => tf.mul(density, tf.sub(2, square)),
    };
  });
}
