import { buffer } from 'node:stream/consumers';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel } from '@tensorflow/tfjs-layers';
import { ZipFile } from 'yazl';

/** What TensorFlow.js itself saves of a model, as files by their names. */
export async function savedFiles(model: LayersModel): Promise<Record<string, Uint8Array>> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  const { weightData, weightSpecs, ...rest } = saved!;
  const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
  // In two files, as large models are.
  const half = Math.floor(bytes.length / 2);
  const weightsManifest = [{ paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'], weights: weightSpecs }];
  return {
    'model.json': Buffer.from(JSON.stringify({ ...rest, weightsManifest })),
    'group1-shard1of2.bin': bytes.subarray(0, half),
    'group1-shard2of2.bin': bytes.subarray(half),
  };
}

export async function zipOf(files: Record<string, Uint8Array>): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [name, bytes] of Object.entries(files)) zip.addBuffer(Buffer.from(bytes), name);
  zip.end();
  return new Uint8Array(await buffer(zip.outputStream));
}
