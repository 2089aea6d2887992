import * as tf from '@tensorflow/tfjs-core';

/**
 * Space-to-depth: [B, H, W, C] → [B, H/s, W/s, s·s·C], channel (dy·s + dx)·C + c. A convolution of stride s becomes one
 * of stride 1 on it, whose input gradient is a plain convolution: on CPUs several times faster than the strided one.
 */
export function spaceToDepth(x: tf.Tensor4D, block: number): tf.Tensor4D {
  if (block === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [height / block, width / block];
  const split = tf.reshape(x, [batch * rows, block, columns, block * channels]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [batch, rows, columns, block * block * channels]);
}

/** The inverse of `spaceToDepth`, and its transpose. */
export function depthToSpace(x: tf.Tensor4D, block: number): tf.Tensor4D {
  if (block === 1) return x;
  const [batch, rows, columns, depth] = x.shape;
  const channels = depth / (block * block);
  const split = tf.reshape(x, [batch * rows, columns, block, block * channels]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [batch, rows * block, columns * block, channels]);
}

/** A filter [k, k, C, F] for the blocked image: [k/s, k/s, s·s·C, F]; k must be a multiple of the block. */
export function blockFilter(filter: tf.Tensor4D, block: number): tf.Tensor4D {
  if (block === 1) return filter;
  const [kernel, , channels, filters] = filter.shape;
  const taps = kernel / block;
  const split = tf.reshape(filter, [taps, block, taps, block * channels * filters]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [taps, taps, block * block * channels, filters]);
}

/** The inverse of `blockFilter`. */
export function unblockFilter(filter: tf.Tensor4D, block: number): tf.Tensor4D {
  if (block === 1) return filter;
  const [taps, , depth, filters] = filter.shape;
  const channels = depth / (block * block);
  const split = tf.reshape(filter, [taps, taps, block, block * channels * filters]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [taps * block, taps * block, channels, filters]);
}
