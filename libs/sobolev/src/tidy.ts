import * as tf from '@tensorflow/tfjs-core';

/** `tf.tidy` for results of any shape: tensors found anywhere in what `compute` returns are kept, all others disposed. */
export function tidy<T>(compute: () => T): T {
  return tf.tidy(compute as () => tf.TensorContainer) as T;
}
