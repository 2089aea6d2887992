import * as tf from '@tensorflow/tfjs-core';

/**
 * Σ x² over all elements: first within each row of the leading axis, then over the rows. The wasm engine adds one after the
 * other in float32: over the 5.6 million pixels of a batch of 200 that is 0.4 % off in one go, and 2e-6 in two.
 */
export function squaredNorm(x: tf.Tensor): tf.Scalar {
  const rows = tf.reshape(tf.square(x), [x.shape[0] ?? 1, -1]);
  return tf.sum<tf.Scalar>(tf.sum(rows, 1));
}
