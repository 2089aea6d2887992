import * as tf from '@tensorflow/tfjs-core';
import { elementwise, type ElementwiseOptions } from './elementwise.ts';
import { type Layer } from './layer.ts';

/** φ = tanh x, φ' = 1 − φ², φ'' = −2 φ φ'. */
export function tanh(options: ElementwiseOptions): Layer {
  return elementwise(options, (x) => {
    const y = tf.tanh(x);
    const slope = tf.sub(1, tf.square(y));
    return { y, slope, bend: () => tf.mul(tf.mul(y, slope), -2) };
  });
}
