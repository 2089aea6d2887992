import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { distance } from '../../../test/numbers.ts';
import { layerTable, presetLayers, readSafetensors, writeSafetensors } from './description/index.ts';
import { buildNetwork } from './network.ts';
import { loadWeights, logits, saveWeights } from './policy.ts';

const { rows } = layerTable(presetLayers('nature', 4), [84, 84, 4], 4);
const weightsFile = async () => readSafetensors(await readFile('apps/demo/data/breakout.safetensors')).tensors;

async function referenceFrames() {
  const { tensors } = readSafetensors(await readFile('test/reference/breakout-teacher.safetensors'));
  const [images, expected] = [tensors.get('observations')!, tensors.get('logits')!];
  const x = tf.div(tf.tensor4d(Float32Array.from(images.data), [8, 84, 84, 4]), 255);
  return { x, expected: tf.tensor2d(expected.data as Float32Array, [8, 4]) };
}

onEveryEngine(() => {
  test("the bundled teacher gives PyTorch's logits to 1e-4", async () => {
    const network = buildNetwork(rows);
    const { x, expected } = await referenceFrames();
    const policy = { network, weights: loadWeights(rows, network, await weightsFile()) };
    expect(distance(logits(policy, x), expected)).toBeLessThan(1e-4);
  });

  test('weights saved are the file that was loaded, bit for bit', async () => {
    const network = buildNetwork(rows);
    const tensors = await weightsFile();
    const saved = await saveWeights(rows, loadWeights(rows, network, tensors));
    const sorted = new Map([...saved].sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(
      Buffer.from(writeSafetensors({ tensors: sorted, metadata: {} })).equals(
        Buffer.from(writeSafetensors({ tensors, metadata: {} })),
      ),
    ).toBe(true);
  });
});
