import * as tf from '@tensorflow/tfjs-core';

/** Makes a registered backend the one that tfjs computes on. */
export async function activate(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs refused the ${backend} backend`);
  await tf.ready();
}
