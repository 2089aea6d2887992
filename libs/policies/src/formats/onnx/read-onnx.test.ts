import { readdirSync, readFileSync } from 'node:fs';
import { logSoftmax } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../../test/engines.ts';
import { distance } from '../../../../../test/numbers.ts';
import { readSafetensors } from '../../description/index.ts';
import { importPolicy } from '../catalogue.ts';
import { engineLogits } from '../engine-logits.fixture.ts';

// Made by test/formats/generate_onnx.py: files of PyTorch's two exporters and others, and ONNX Runtime's logits.
const FOLDER = 'test/reference/formats/onnx';
const [ACTIONS, INPUT] = [6, [36, 36, 4] as [number, number, number]];
const { tensors: reference } = readSafetensors(readFileSync(`${FOLDER}/onnx.safetensors`));
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.onnx'));
const open = (name: string) =>
  importPolicy('onnx', { bytes: readFileSync(`${FOLDER}/${name}`), input: INPUT, actions: ACTIONS });

const kindsOf = async (name: string) => (await open(name)).layers.map(({ kind }) => kind).join(' ');

onEveryEngine(() => {
  test.each(names)("%s gives ONNX Runtime's logits to 1e-4", async (name) => {
    const given = engineLogits(await open(name), reference.get('observations')!, ACTIONS);
    const known = tf.tensor2d(reference.get(name.replace('.onnx', ''))!.data as Float32Array, [3, ACTIONS]);
    // What ends in a softmax gives log-probabilities.
    const isLogits = !/residual|channels-last/.test(name);
    expect(distance(isLogits ? given : logSoftmax(given).logProbs, known)).toBeLessThan(1e-4);
    expect(Math.max(...known.dataSync()) - Math.min(...known.dataSync())).toBeGreaterThan(0.5);
  });
});

test('a division by 255 within the network is its input scale and no layer', async () => {
  expect((await open('scaled-torchscript-13.onnx')).inputScale).toBe('1/255');
  expect((await open('actor-critic-dynamo-18.onnx')).inputScale).toBe('1/255');
  expect((await open('nature-dynamo-18.onnx')).inputScale).toBeNull();
  expect(await kindsOf('scaled-dynamo-20.onnx')).toBe(await kindsOf('nature-dynamo-18.onnx'));
});

test('activations and norms are the same layers, whether they are operators or were taken apart', async () => {
  const whole = await open('residual-torchscript-20.onnx');
  expect((await open('residual-torchscript-11.onnx')).layers).toEqual(whole.layers);
  expect((await open('residual-dynamo-20.onnx')).layers).toEqual(whole.layers);
  expect(whole.layers.map(({ kind }) => kind)).toEqual(
    'conv max-pool residual max-pool residual gelu conv layer-norm silu flatten dense layer-norm tanh residual dense'.split(
      ' ',
    ),
  );
});

test('parameters of activations are those of the file', async () => {
  const { layers } = await open('padded-dynamo-18.onnx');
  expect(layers).toContainEqual({ kind: 'elu', alpha: 0.7 });
  expect(layers).toContainEqual({ kind: 'leaky-relu', slope: 0.2 });
  expect(await kindsOf('handmade-12.onnx')).toBe(
    'conv leaky-relu conv relu layer-norm tanh residual softplus flatten dense leaky-relu dense',
  );
});

test('the value head is left out, and said so', async () => {
  const { remarks, layers } = await open('actor-critic-torchscript-13.onnx');
  expect(remarks).toEqual(["outputs that are ignored: 'value'"]);
  expect(layers.at(-1)).toEqual({ kind: 'dense', units: ACTIONS });
});

test('kernels that grow for their padding are said', async () => {
  const { remarks } = await open('channels-last-f32-15.onnx');
  expect(remarks).toContain("Conv 'conv1': padding and shape of the kernel are told by zeros in a 6×6 one");
});
