import * as tf from '@tensorflow/tfjs-core';

/** Below any difference of two frames of bytes: one step of one pixel has the square 1.5e-5. */
const NOTHING = 1e-12;

/**
 * u = (x' − x) / ‖x' − x‖ for each example: the way the screen really moves. Where nothing moves, u is zero and nothing is asked.
 * @param x observations [B, H, W, C] as recorded, before any augmentation
 * @param next the observations x' one step later [B, H, W, C]
 * @returns [B, H, W, C], each example of length 1 or 0
 */
export function frameDifferences(x: tf.Tensor4D, next: tf.Tensor4D): tf.Tensor4D {
  const difference = tf.reshape(tf.sub(next, x), [x.shape[0], -1]);
  const squares = tf.sum(tf.square(difference), 1, true);
  return tf.reshape(tf.mul(difference, tf.rsqrt(tf.maximum(squares, NOTHING))), x.shape);
}
