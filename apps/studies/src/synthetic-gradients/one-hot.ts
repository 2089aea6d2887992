import * as tf from '@tensorflow/tfjs-core';

/** [B, classes], 1 at each label. Put together here: the wasm engine's own OneHot writes whole numbers whatever type is asked for. */
export function oneHot(labels: ArrayLike<number>, classes: number): tf.Tensor2D {
  const values = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) values[i * classes + labels[i]!] = 1;
  return tf.tensor2d(values, [labels.length, classes]);
}
