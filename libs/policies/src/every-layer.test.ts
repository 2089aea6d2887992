import { loadPolicy } from '@distiller/client';
import { initializeWeights } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { distance } from '../../../test/numbers.ts';
import {
  expectedWeights,
  LayerSpec,
  layerTable,
  PresetName,
  presetLayers,
  readSafetensors,
  writeSafetensors,
} from './description/index.ts';
import {
  ACTIONS,
  BATCH,
  EVERY_LAYER,
  EVERY_LAYER_ROWS,
  randomPixels,
  randomWeights,
  SIZE,
  STACK,
} from './every-layer.fixture.ts';
import { buildNetwork } from './network.ts';
import { loadWeights, logits, saveWeights } from './policy.ts';

const rows = EVERY_LAYER_ROWS;

/** A student's file, as the service writes it, with random weights. */
function studentFile(): Uint8Array {
  const metadata = {
    layers: JSON.stringify(rows.map(({ spec }) => spec)),
    observation: JSON.stringify({ height: SIZE, width: SIZE, stack: STACK }),
    actions: JSON.stringify(['NOOP', 'LEFT', 'RIGHT']),
    contract_hash: 'none',
  };
  return writeSafetensors({ tensors: randomWeights(rows), metadata });
}

const observations = () => randomPixels(BATCH, SIZE * SIZE * STACK);

test('the policy of these tests has every kind of layer', () => {
  const kinds = EVERY_LAYER.flatMap((layer) => [layer, ...(layer.kind === 'residual' ? layer.layers : [])]);
  const refusal = LayerSpec.safeParse({ kind: 'unheard-of' }).error?.issues[0]?.message ?? '';
  const known = refusal.split('can be used: ')[1]?.split(', ').sort();
  expect([...new Set(kinds.map(({ kind }) => kind))].sort()).toEqual(known);
});

test('weights are named by their layers, those of a block after it', () => {
  const names = expectedWeights(rows).map(({ name, shape }) => `${name} [${shape.join()}]`);
  expect(names.filter((name) => name.includes('weight'))).toEqual([
    'conv1.weight [3,2,4,4]',
    'layer_norm1.weight [3,6,6]',
    'residual1.conv1.weight [3,3,3,3]',
    'residual1.conv2.weight [3,3,3,3]',
    'layer_norm2.weight [48]',
    'residual2.dense1.weight [5,48]',
    'residual2.dense2.weight [48,5]',
    'residual2.layer_norm1.weight [48]',
    'dense.weight [7,48]',
    'logits.weight [3,7]',
  ]);
});

onEveryEngine(() => {
  test("the client's plain loops and the engine give the same logits to 1e-5, for every kind of layer", () => {
    const file = studentFile();
    const network = buildNetwork(rows);
    const policy = { network, weights: loadWeights(rows, network, readSafetensors(file).tensors) };
    const seen = observations();
    const x = tf.div(tf.tensor4d(Float32Array.from(seen), [BATCH, SIZE, SIZE, STACK]), 255);
    const own = loadPolicy(file).logits(seen, BATCH);
    expect(Math.max(...own) - Math.min(...own)).toBeGreaterThan(0.5);
    expect(distance(logits(policy, x), tf.tensor2d(own, [BATCH, ACTIONS]))).toBeLessThan(1e-5);
  });

  test('weights saved are the weights that were loaded, bit for bit, for every kind of layer', async () => {
    const { tensors } = readSafetensors(studentFile());
    const saved = await saveWeights(rows, loadWeights(rows, buildNetwork(rows), tensors));
    expect(saved).toEqual(tensors);
  });

  test.each(PresetName.options)('preset %s can be built, and its weights are as many as its table says', (preset) => {
    const table = layerTable(presetLayers(preset, 6), [84, 84, 4], 6);
    const network = buildNetwork(table.rows);
    const weights = initializeWeights(network, 1);
    expect(weights.reduce((total, { size }) => total + size, 0)).toBe(table.parameters);
    const answer = tf.tidy(() => logits({ network, weights }, tf.ones([1, ...network.inputShape])));
    expect(answer.shape).toEqual([1, 6]);
    tf.dispose([answer, ...weights]);
  });
});

test('the client refuses a layer that it does not know by its name', () => {
  const { tensors, metadata } = readSafetensors(studentFile());
  const file = writeSafetensors({ tensors, metadata: { ...metadata, layers: '[{"kind":"swish"}]' } });
  expect(() => loadPolicy(file)).toThrow("layer 'swish' is not known");
});
