import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { openArchive } from '../formats/archive.ts';
import { type Answer } from './expected-answers.ts';

/**
 * What tfjs-layers answers, on tfjs' CPU kernels: those of the engine at hand may round more coarsely. The engine's backend
 * is set back afterwards; nothing else should compute meanwhile.
 */
export async function runTfjs(bytes: Uint8Array, { observations, shape }: Answer): Promise<ArrayLike<number>> {
  const before = tf.getBackend();
  await tf.setBackend('cpu');
  // Or it advises, on the first use, to install a faster one.
  Object.assign(tf.backend(), { firstUse: false });
  try {
    const model = await loadModel(bytes);
    const x = tf.tensor(Float32Array.from(observations), shape);
    const logits = model.predict(x) as tf.Tensor;
    const values = logits.dataSync();
    tf.dispose([x, logits]);
    model.dispose();
    return values;
  } finally {
    if (before) await tf.setBackend(before);
  }
}

async function loadModel(bytes: Uint8Array) {
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
  const files = await openArchive(bytes);
  const { modelTopology, weightsManifest, userDefinedMetadata, format } = JSON.parse(
    new TextDecoder().decode(await files.read('model.json')),
  ) as tf.io.ModelJSON;
  const shards = await Promise.all(weightsManifest.flatMap(({ paths }) => paths.map((path) => files.read(path))));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const artifacts = { modelTopology, weightSpecs, weightData, userDefinedMetadata, format };
  return loadLayersModel({ load: () => Promise.resolve(artifacts) });
}
