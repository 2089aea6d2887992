import * as tf from '@tensorflow/tfjs-core';
import { elementwise, type ElementwiseOptions } from './elementwise.ts';
import { type Layer } from './layer.ts';

/** φ = x above zero and s x below, φ' = 1 above and s below. As in ReLU, φ'' is zero almost everywhere. */
export function leakyRelu({ slope: s, ...options }: ElementwiseOptions & { slope: number }): Layer {
  return elementwise(options, (x) => {
    const slope = tf.add(tf.mul(tf.step(x), 1 - s), s);
    return { y: tf.mul(x, slope), slope };
  });
}
