import * as tf from '@tensorflow/tfjs-core';
import { elementwise, type ElementwiseOptions } from './elementwise.ts';
import { type Layer } from './layer.ts';

/** φ = log(1 + eˣ), φ' = σ with the sigmoid σ(x), φ'' = σ (1 − σ). */
export function softplus(options: ElementwiseOptions): Layer {
  return elementwise(options, (x) => {
    const slope = tf.sigmoid(x);
    return { y: tf.softplus(x), slope, bend: () => tf.mul(slope, tf.sub(1, slope)) };
  });
}
