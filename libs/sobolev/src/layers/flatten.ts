import * as tf from '@tensorflow/tfjs-core';
import { type Layer } from './layer.ts';

/** [B, H, W, C] → [B, H·W·C]. */
export function flatten({ name, inputShape }: { name: string; inputShape: readonly number[] }): Layer {
  const size = inputShape.reduce((product, length) => product * length, 1);
  const flat = (x: tf.Tensor) => tf.reshape(x, [-1, size]);
  return {
    name,
    outputShape: [size],
    parameters: [],
    forward: (_weights, x) => ({
      y: flat(x),
      tangent: flat,
      cotangent: (c) => tf.reshape(c, [-1, ...inputShape]),
      gradient: () => [],
      twinGradient: () => [],
    }),
  };
}
