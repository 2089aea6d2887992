import * as tf from '@tensorflow/tfjs-core';
import { fitEdges, opposite } from './edges.ts';
import { type Layer } from './layer.ts';
import { pooledSize, type PoolOptions, windowEdges } from './windows.ts';

/**
 * y = the mean of each window, channel by channel; padding counts as zeros, as in PyTorch's default. Linear, so the
 * tangent is the layer itself, and the cotangent adds c / size² to every pixel of the window.
 */
export function averagePool(options: PoolOptions): Layer {
  const { name, inputShape, size, stride } = options;
  const edges = windowEdges(options);
  const pool = (x: tf.Tensor) => tf.avgPool(fitEdges(x as tf.Tensor4D, edges), size, stride, 'valid');
  return {
    name,
    outputShape: [...pooledSize(options), inputShape[2]],
    parameters: [],
    forward: (_weights, x) => {
      const fitted = fitEdges(x as tf.Tensor4D, edges);
      return {
        y: tf.avgPool(fitted, size, stride, 'valid'),
        tangent: pool,
        cotangent: (c) => fitEdges(spread(c, fitted, { size, stride }), opposite(edges)),
        gradient: () => [],
        twinGradient: () => [],
      };
    },
  };
}

/** The engine's own transpose of the average pool; of `fitted` it takes the shape alone. */
function spread(c: tf.Tensor, fitted: tf.Tensor4D, { size, stride }: { size: number; stride: number }): tf.Tensor4D {
  const attributes = { filterSize: size, strides: stride, pad: 'valid' };
  return tf.engine().runKernel(tf.AvgPoolGrad, { dy: c, input: fitted }, attributes);
}
