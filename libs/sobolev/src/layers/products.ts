import * as tf from '@tensorflow/tfjs-core';

/** a bᵀ. */
export function timesTransposed(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return transposeFirst() ? tf.matMul(a, tf.transpose(b)) : tf.matMul(a, b, false, true);
}

/** aᵀ b. */
export function transposedTimes(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return transposeFirst() ? tf.matMul(tf.transpose(a), b) : tf.matMul(a, b, true, false);
}

/** The wasm engine hands a plain product to XNNPACK and a transposed one to a naive loop that is ten times slower. */
function transposeFirst(): boolean {
  return tf.getBackend() === 'wasm';
}
