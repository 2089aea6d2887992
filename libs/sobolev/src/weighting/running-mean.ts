import * as tf from '@tensorflow/tfjs-core';

/** Exponential running means, debiased as Adam's are: the first has the right scale already. */
const DECAY = 0.99;

/** The mean after one more value, not yet debiased. It starts at 0. */
export function follow(mean: tf.Scalar, value: tf.Scalar): tf.Scalar {
  return tf.add<tf.Scalar>(tf.mul(mean, DECAY), tf.mul(value, 1 - DECAY));
}

/** What the mean has to be divided by. @param count how many values it has seen */
export function seenWeight(count: number): number {
  return 1 - DECAY ** count;
}

/** 1 / x, finite where x is zero. */
export function inverse(x: tf.Scalar): tf.Scalar {
  return tf.div<tf.Scalar>(1, tf.maximum(x, 1e-30));
}
