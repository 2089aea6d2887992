import * as tf from '@tensorflow/tfjs-core';
import { type Layer } from './layer.ts';

/** y = max(x, 0). J is a mask: its own derivative in x is zero almost everywhere, so the twin sends nothing back to x. */
export function relu({ name, inputShape }: { name: string; inputShape: readonly number[] }): Layer {
  return {
    name,
    outputShape: inputShape,
    parameters: [],
    forward: (_weights, x) => {
      const y = tf.relu(x);
      // sign(y) and not step(x), which TensorFlow's engine puts together from four operations; a product with the mask and
      // not `where`, which on the wasm engine is twenty times slower.
      const mask = tf.sign(y);
      return {
        y,
        tangent: (t) => tf.mul(t, mask),
        cotangent: (c) => tf.mul(c, mask),
        gradient: () => [],
        twinGradient: () => [],
      };
    },
  };
}
