import { readFile } from 'node:fs/promises';
import { logPolicyJacobian, forward } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { distance } from '../../../test/numbers.ts';
import { layerTable, presetLayers, readSafetensors, writeSafetensors } from './description/index.ts';
import { buildNetwork, inputBlock } from './network.ts';
import { loadWeights, logits, saveWeights } from './policy.ts';

const { rows } = layerTable(presetLayers('nature', 4), [84, 84, 4], 4);
const weightsFile = async () => readSafetensors(await readFile('apps/demo/data/breakout.safetensors')).tensors;

async function referenceFrames() {
  const { tensors } = readSafetensors(await readFile('test/reference/breakout-teacher.safetensors'));
  const [images, expected] = [tensors.get('observations')!, tensors.get('logits')!];
  const x = tf.div(tf.tensor4d(Float32Array.from(images.data), [8, 84, 84, 4]), 255);
  return { x, expected: tf.tensor2d(expected.data as Float32Array, [8, 4]) };
}

/** [B, 84, 84, 4] → [B, 21, 21, 64], by its definition. */
function blocked(x: tf.Tensor): tf.Tensor {
  const split = tf.reshape(x, [8, 21, 4, 21, 4, 4]);
  return tf.reshape(tf.transpose(split, [0, 1, 3, 2, 4, 5]), [8, 21, 21, 64]);
}

onEveryEngine(() => {
  test.each([1, 4])("the bundled teacher gives PyTorch's logits to 1e-4 (inputs in blocks of %i)", async (block) => {
    const network = buildNetwork(rows, block);
    const { x, expected } = await referenceFrames();
    const policy = { network, weights: loadWeights(rows, network, await weightsFile()) };
    expect(distance(logits(policy, block === 1 ? x : blocked(x)), expected)).toBeLessThan(1e-4);
  });

  test('weights saved are the file that was loaded, bit for bit', async () => {
    const network = buildNetwork(rows, 4);
    const tensors = await weightsFile();
    const saved = await saveWeights(rows, loadWeights(rows, network, tensors));
    const sorted = new Map([...saved].sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(
      Buffer.from(writeSafetensors({ tensors: sorted, metadata: {} })).equals(
        Buffer.from(writeSafetensors({ tensors, metadata: {} })),
      ),
    ).toBe(true);
  });

  test('a student whose stride is not the block of the batch sees the same pixels', async () => {
    const student = layerTable([{ kind: 'flatten' }, { kind: 'dense', units: 4 }], [84, 84, 4], 4).rows;
    const [plain, inBlocks] = [buildNetwork(student, 1), buildNetwork(student, 4)];
    const weights = [tf.randomNormal([84 * 84 * 4, 4], 0, 0.01, 'float32', 7), tf.zeros([4])];
    const { x } = await referenceFrames();
    const [a, b] = [forward(plain, weights, x), forward(inBlocks, weights, blocked(x))].map(
      (points) => points.at(-1)!.y,
    );
    expect(distance(a!, b!)).toBeLessThan(1e-5);
    const [ja, jb] = [logPolicyJacobian(plain, weights, x), logPolicyJacobian(inBlocks, weights, blocked(x))];
    expect(distance(blocked(ja[2]!), jb[2]!)).toBeLessThan(1e-6);
  });
});

test('the first layer reads batches in blocks of its stride', () => {
  expect(inputBlock(rows)).toBe(4);
  expect(
    inputBlock(
      layerTable(
        [
          { kind: 'conv', filters: 1, kernel: 3, stride: 2, padding: 'valid' },
          { kind: 'flatten' },
          { kind: 'dense', units: 2 },
        ],
        [9, 9, 1],
        2,
      ).rows,
    ),
  ).toBe(1);
});
