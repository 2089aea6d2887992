import * as tf from '@tensorflow/tfjs-core';
import { fitEdges } from './edges.ts';
import { type Layer, type Linearization } from './layer.ts';
import { pooledSize, type PoolOptions, windowEdges, type Windows, windows } from './windows.ts';

/**
 * y = the largest pixel of each window, channel by channel. J routes: one mask m_i [B, h, w, C] for each of the size²
 * places i in a window, 1 where that place holds the largest pixel. Where several do, the first in reading order has it,
 * as in PyTorch. With the window's pixels x_i, y = Σ_i m_i∘x_i, so
 *
 * tangent Σ_i m_i∘t_i, cotangent: m_i∘c added back to place i.
 *
 * The padding is −∞. J depends on x by jumps only.
 */
export function maxPool(options: PoolOptions): Layer {
  const parts = windows(options);
  return {
    name: options.name,
    outputShape: [...pooledSize(options), options.inputShape[2]],
    parameters: [],
    forward: (_weights, x) => linearize(options, parts, x as tf.Tensor4D),
  };
}

function linearize(options: PoolOptions, parts: Windows, x: tf.Tensor4D): Linearization {
  const { size, stride } = options;
  const fitted = fitEdges(x, windowEdges(options), { fill: -Infinity });
  const y = tf.maxPool(fitted, size, stride, 'valid');
  const masks = routing(parts.split(x, -Infinity), y);
  return {
    y,
    tangent: (t) => tf.addN(parts.split(t as tf.Tensor4D, 0).map((part, i) => tf.mul(part, masks[i]!))),
    cotangent: (c) => parts.join(masks.map((mask) => tf.mul(mask, c))),
    gradient: () => [],
    twinGradient: () => [],
  };
}

/** One mask a place; together they are 1 once in every window. */
function routing(parts: readonly tf.Tensor4D[], y: tf.Tensor4D): tf.Tensor4D[] {
  let free: tf.Tensor4D = tf.onesLike(y);
  return parts.map((part) => {
    const mask = tf.mul<tf.Tensor4D>(tf.cast(tf.equal(part, y), 'float32'), free);
    free = tf.sub(free, mask);
    return mask;
  });
}
