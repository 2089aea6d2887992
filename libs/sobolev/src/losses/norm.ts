import * as tf from '@tensorflow/tfjs-core';

/** ‖r‖² as in the paper's regression loss, or ‖r‖ as in its policy objective; the sources do not settle which it used. */
export type Norm = 'squared' | 'plain';

/** Where a residual vanishes its norm has no direction; what is divided by is at least this. */
const LEAST = 1e-12;

/** weight/B Σ_b ρ(‖r_b‖²) with ρ(q) = q or √q, and what its gradient in r_b is r_b times. */
export interface MeanNorm {
  value: tf.Scalar;
  /** 2 weight/B ρ'(‖r_b‖²): a scalar, or one number an example [B]. */
  slope: tf.Scalar | tf.Tensor1D;
}

/** @param squaredNorms [B] ‖r_b‖² */
export function meanNorm(squaredNorms: tf.Tensor1D, norm: Norm, weight: tf.Scalar | number): MeanNorm {
  const share = tf.div<tf.Scalar>(weight, squaredNorms.shape[0]);
  if (norm === 'squared') return { value: tf.mul(tf.sum(squaredNorms), share), slope: tf.mul(share, 2) };
  const lengths = tf.sqrt(squaredNorms);
  return { value: tf.mul(tf.sum(lengths), share), slope: tf.div<tf.Tensor1D>(share, tf.maximum(lengths, LEAST)) };
}

/** x [B, …] times a slope, whether a number for all or one an example. */
export function scaleExamples(x: tf.Tensor, slope: tf.Scalar | tf.Tensor1D): tf.Tensor {
  return tf.mul(x, slope.rank === 0 ? slope : tf.reshape(slope, [-1, ...x.shape.slice(1).map(() => 1)]));
}
