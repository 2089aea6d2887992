import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { distance } from '../../../../test/numbers.ts';
import { LayerSpec, layerTable, presetLayers, readSafetensors } from '../description/index.ts';
import { ACTIONS, BATCH, EVERY_LAYER_ROWS, randomPixels, randomWeights, SIZE, STACK } from '../every-layer.fixture.ts';
import { buildNetwork } from '../network.ts';
import { loadWeights, logits } from '../policy.ts';
import { erf } from './error-function.ts';
import { referenceLogits } from './reference-logits.ts';

onEveryEngine(() => {
  test('the plain loops and the engine give the same logits to 1e-5, for every kind of layer', () => {
    const [rows, weights] = [EVERY_LAYER_ROWS, randomWeights(EVERY_LAYER_ROWS)];
    const network = buildNetwork(rows);
    const policy = { network, weights: loadWeights(rows, network, weights) };
    const seen = randomPixels(BATCH, SIZE * SIZE * STACK);
    const x = tf.div(tf.tensor4d(Float32Array.from(seen), [BATCH, SIZE, SIZE, STACK]), 255);
    const own = referenceLogits({ rows, weights, scale: '1/255' }, seen);
    expect(Math.max(...own) - Math.min(...own)).toBeGreaterThan(0.5);
    expect(distance(logits(policy, x), tf.tensor2d(own, [BATCH, ACTIONS]))).toBeLessThan(1e-5);
  });
});

test("the bundled teacher gives PyTorch's logits to 1e-5", async () => {
  const { rows } = layerTable(presetLayers('nature', 4), [84, 84, 4], 4);
  const { tensors: weights } = readSafetensors(await readFile('apps/demo/data/breakout.safetensors'));
  const { tensors } = readSafetensors(await readFile('test/reference/breakout-teacher.safetensors'));
  const own = referenceLogits({ rows, weights, scale: '1/255' }, tensors.get('observations')!.data);
  const theirs = tensors.get('logits')!.data;
  expect(theirs.length).toBe(32);
  expect(Math.max(...own.map((value, index) => Math.abs(value - theirs[index]!)))).toBeLessThan(1e-5);
});

test('observations that are already scaled are taken as they are', () => {
  const [rows, weights] = [EVERY_LAYER_ROWS, randomWeights(EVERY_LAYER_ROWS)];
  const seen = randomPixels(2, SIZE * SIZE * STACK);
  const scaled = referenceLogits(
    { rows, weights, scale: '1' },
    Float32Array.from(seen, (pixel) => pixel / 255),
  );
  const own = referenceLogits({ rows, weights, scale: '1/255' }, seen);
  expect(Math.max(...own.map((value, index) => Math.abs(value - scaled[index]!)))).toBeLessThan(1e-5);
});

test('a convolution, its window and its padding by hand', () => {
  const conv = { kind: 'conv', filters: 1, kernel: 2, stride: 2, padding: 1 };
  const layers = [conv, { kind: 'flatten' }, { kind: 'dense', units: 4 }].map((layer) => LayerSpec.parse(layer));
  const { rows } = layerTable(layers, [2, 2, 1], 4);
  const f32 = (shape: number[], data: number[]) => ({ dtype: 'F32' as const, shape, data: Float32Array.from(data) });
  const weights = new Map([
    ['conv1.weight', f32([1, 1, 2, 2], [1, 2, 3, 4])],
    ['conv1.bias', f32([1], [10])],
    ['logits.weight', f32([4, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])],
    ['logits.bias', f32([4], [0, 0, 0, 0.5])],
  ]);
  // Each of the four windows holds one pixel: under the filter's last, third, second and first weight.
  expect([...referenceLogits({ rows, weights, scale: '1' }, Float32Array.of(1, 2, 3, 5))]).toEqual([14, 16, 16, 15.5]);
});

test('erf is exact to 1e-15 where tables give it', () => {
  const table = [
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [-2, -0.9953222650189527],
    [3.5, 0.9999992569016276],
    [7, 1],
  ] as const;
  for (const [x, expected] of table) expect(Math.abs(erf(x) - expected)).toBeLessThan(1e-15);
});

test('a weight that is not finite is refused by its name', () => {
  const weights = randomWeights(EVERY_LAYER_ROWS);
  weights.get('residual1.conv2.bias')!.data[1] = NaN;
  const pixels = randomPixels(1, SIZE * SIZE * STACK);
  expect(() => referenceLogits({ rows: EVERY_LAYER_ROWS, weights, scale: '1' }, pixels)).toThrow(
    "tensor 'residual1.conv2.bias' holds a value that is not finite",
  );
});

test('half an observation is refused', () => {
  const policy = { rows: EVERY_LAYER_ROWS, weights: randomWeights(EVERY_LAYER_ROWS), scale: '1' } as const;
  expect(() => referenceLogits(policy, new Uint8Array(SIZE * SIZE))).toThrow(RangeError);
});
