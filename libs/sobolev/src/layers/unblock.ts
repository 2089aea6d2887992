import type * as tf from '@tensorflow/tfjs-core';
import { type Layer } from './layer.ts';
import { depthToSpace, spaceToDepth } from './space-to-depth.ts';

/** Brings a batch out of space-to-depth layout, for a network whose first layer cannot use it. */
export function unblock({ block, outputShape }: { block: number; outputShape: readonly number[] }): Layer {
  const undo = (x: tf.Tensor) => depthToSpace(x as tf.Tensor4D, block);
  return {
    name: 'unblock',
    outputShape,
    parameters: [],
    forward: (_weights, x) => ({
      y: undo(x),
      tangent: undo,
      cotangent: (c) => spaceToDepth(c as tf.Tensor4D, block),
      gradient: () => [],
      twinGradient: () => [],
    }),
  };
}
