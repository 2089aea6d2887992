import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { savedFiles, zipOf } from './layers-model.fixture.ts';

interface Frames {
  /** [n, height, width, channels] uint8, in a row. */
  observations: Uint8Array;
  input: readonly [number, number, number];
  actions: number;
}

/** A model of TensorFlow.js's own, as it saves it, and what it answers itself. */
export async function makeTfjsModel({ observations, input, actions }: Frames) {
  await tf.setBackend('cpu');
  // Or it advises, on the first use, to install a faster one.
  Object.assign(tf.backend(), { firstUse: false });
  const model = sequential({
    layers: [
      layers.rescaling({ scale: 1 / 255, inputShape: [...input] }),
      layers.conv2d({ filters: 8, kernelSize: 8, strides: 4, activation: 'relu' }),
      layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' }),
      layers.flatten(),
      layers.dense({ units: 32, activation: 'tanh' }),
      layers.dense({ units: actions }),
    ],
  });
  const count = observations.length / (input[0] * input[1] * input[2]);
  const answer = model.predict(tf.tensor4d(Float32Array.from(observations), [count, ...input])) as tf.Tensor;
  return { bytes: await zipOf(await savedFiles(model)), logits: answer.dataSync() as Float32Array };
}
