import { readdirSync, readFileSync } from 'node:fs';
import { logSoftmax } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../../test/engines.ts';
import { distance } from '../../../../../test/numbers.ts';
import { type Architecture, readSafetensors } from '../../description/index.ts';
import { importPolicy } from '../catalogue.ts';
import { engineLogits } from '../engine-logits.fixture.ts';

// Made by test/formats/generate_keras.py with Keras itself.
const FOLDER = 'test/reference/formats/keras';
const [ACTIONS, INPUT] = [6, [36, 36, 4] as [number, number, number]];
const { tensors: reference } = readSafetensors(readFileSync(`${FOLDER}/keras.safetensors`));
const names = readdirSync(FOLDER).filter((name) => !name.endsWith('.safetensors'));

const conv = (filters: number, kernel: number, stride: number) =>
  [{ kind: 'conv', filters, kernel, stride, padding: 'valid' }, { kind: 'relu' }] as const;
const NATURE: Architecture = {
  layers: [
    ...[...conv(8, 8, 4), ...conv(12, 4, 2), ...conv(12, 2, 1)],
    ...([
      { kind: 'flatten' },
      { kind: 'dense', units: 32 },
      { kind: 'relu' },
      { kind: 'dense', units: ACTIONS },
    ] as const),
  ],
};

const open = (name: string, architecture?: Architecture) =>
  importPolicy('keras', {
    bytes: readFileSync(`${FOLDER}/${name}`),
    input: INPUT,
    actions: ACTIONS,
    ...(architecture && { architecture }),
  });

onEveryEngine(() => {
  test.each(names)("%s gives Keras' logits to 1e-4", async (name) => {
    const policy = await open(name, name.includes('.weights.') ? NATURE : undefined);
    const given = engineLogits(policy, reference.get('observations')!, ACTIONS);
    const known = tf.tensor2d(reference.get(name.split('.')[0]!)!.data as Float32Array, [3, ACTIONS]);
    // `rescaled` ends in a softmax.
    expect(distance(name.startsWith('rescaled') ? logSoftmax(given).logProbs : given, known)).toBeLessThan(1e-4);
    expect(Math.max(...known.dataSync()) - Math.min(...known.dataSync())).toBeGreaterThan(0.5);
  });
});

test('an archive, a whole model as HDF5 and described weights are the same policy', async () => {
  const archive = await open('nature.keras');
  expect((await open('nature.h5')).weights).toEqual(archive.weights);
  const described = await open('nature.weights.h5', NATURE);
  expect(described).toEqual({ ...archive, layers: NATURE.layers });
  expect(archive.layers).toEqual(NATURE.layers);
});

test('rescaling is the input scale, and dropout is nothing', async () => {
  const { inputScale, layers } = await open('rescaled.keras');
  expect(inputScale).toBe('1/255');
  expect(layers.map(({ kind }) => kind).join(' ')).toBe('conv silu conv leaky-relu flatten dense layer-norm elu dense');
});

test('weights without an architecture are refused, and with another one are not taken', async () => {
  await expect(open('nature.weights.h5')).rejects.toThrow('an architecture must be given');
  await expect(open('nature.weights.h5', { preset: 'rusu-4' })).rejects.toMatchObject({
    where: 'conv1',
    message: 'the file has no weights left of shapes [8, 8, 4, 16] and [16]',
  });
});

test('a head of another width is left out, and said so', async () => {
  expect((await open('functional.h5')).remarks).toContain("outputs that are ignored: 'value'");
});
