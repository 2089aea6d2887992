import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { type LayerRow, LayerSpec, layerTable, presetLayers } from '../description/index.ts';
import { EVERY_LAYER_ROWS, randomPixels, randomWeights } from '../every-layer.fixture.ts';
import { ExportError, ExportKind, exportPolicy } from '../exports/index.ts';
import { referenceLogits } from '../reference/reference-logits.ts';
import { checkExport, type ExpectedAnswers } from './index.ts';

interface Student extends ExpectedAnswers {
  weights: ReturnType<typeof randomWeights>;
}

function student(rows: readonly LayerRow[], scale: '1/255' | '1' = '1/255'): Student {
  const size = rows[0]!.inputShape.reduce((product, length) => product * length, 1);
  const [weights, observations] = [randomWeights(rows), randomPixels(3, size)];
  return { rows, scale, weights, observations, logits: referenceLogits({ rows, weights, scale }, observations) };
}

const preset = (name: Parameters<typeof presetLayers>[0]) =>
  student(layerTable(presetLayers(name, 6), [84, 84, 4], 6).rows);

function exported(kind: ExportKind, policy: Student): Uint8Array {
  return exportPolicy(kind, { ...policy, metadata: { actions: '[]' } }).bytes;
}

async function refusal(kind: ExportKind, bytes: Uint8Array, expected: ExpectedAnswers): Promise<ExportError> {
  const error: unknown = await checkExport(kind, bytes, expected).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ExportError);
  expect((error as ExportError).kind).toBe(kind);
  return error as ExportError;
}

const EVERY_KIND = ExportKind.options;
const EVERY_LAYER_KINDS = ['onnx', 'tfjs', 'pytorch'] as const;

test.each(EVERY_LAYER_KINDS)('%s gives the policy’s logits, for every kind of layer', async (kind) => {
  const policy = student(EVERY_LAYER_ROWS);
  expect(Math.max(...policy.logits) - Math.min(...policy.logits)).toBeGreaterThan(0.5);
  expect(await checkExport(kind, exported(kind, policy), policy)).toBeLessThan(1e-5);
});

test.each(EVERY_KIND)('%s gives the logits of the Nature CNN', async (kind) => {
  const policy = preset('nature');
  expect(await checkExport(kind, exported(kind, policy), policy)).toBeLessThan(1e-5);
});

test.each(EVERY_LAYER_KINDS)('%s gives the logits of IMPALA’s residual network', async (kind) => {
  const policy = preset('impala');
  expect(await checkExport(kind, exported(kind, policy), policy)).toBeLessThan(1e-5);
});

test.each(EVERY_LAYER_KINDS)('%s takes pixels as they are where the contract scales none', async (kind) => {
  const policy = student(EVERY_LAYER_ROWS, '1');
  expect(await checkExport(kind, exported(kind, policy), policy)).toBeLessThan(1e-5);
});

test.each(['onnx', 'tfjs'] as const)('%s that scales where the contract does not is refused', async (kind) => {
  const policy = student(EVERY_LAYER_ROWS, '1');
  const scaled = exported(kind, { ...policy, scale: '1/255' });
  expect((await refusal(kind, scaled, policy)).difference).toBeGreaterThan(1e-3);
});

/** An image on which sides differ, and a normalisation that makes half of it negative, before the layer in question. */
function windowed(layer: object): Student {
  const layers = [{ kind: 'layer-norm' }, layer, { kind: 'flatten' }, { kind: 'dense', units: 3 }];
  return student(
    layerTable(
      layers.map((spec) => LayerSpec.parse(spec)),
      [11, 8, 2],
      3,
    ).rows,
  );
}

const WINDOWS = [
  [2, 2, 1],
  [3, 2, 1],
  [4, 3, 2],
  [5, 1, 2],
  [3, 3, 0],
];

test.each(WINDOWS)('pools of %i pixels with stride %i and padding %i are the same everywhere', async (...window) => {
  const [size, stride, padding] = window;
  for (const kind of ['max-pool', 'average-pool']) {
    const policy = windowed({ kind, size, stride, padding });
    for (const format of ['onnx', 'tfjs'] as const)
      expect(await checkExport(format, exported(format, policy), policy)).toBeLessThan(1e-5);
  }
});

test('convolutions with any padding are the same everywhere', async () => {
  for (const padding of [0, 1, 3, 'same']) {
    const policy = windowed({ kind: 'conv', filters: 3, kernel: 5, stride: padding === 'same' ? 1 : 3, padding });
    for (const format of ['onnx', 'tfjs'] as const)
      expect(await checkExport(format, exported(format, policy), policy)).toBeLessThan(1e-5);
  }
});

test.each(EVERY_KIND)('%s of another student is refused, and the refusal says by how much it is off', async (kind) => {
  const policy = preset('rusu-4');
  const other = { ...policy, weights: new Map(policy.weights) };
  const bias = other.weights.get('logits.bias')!;
  other.weights.set('logits.bias', {
    ...bias,
    data: bias.data.map((value, index) => value + (index === 2 ? 0.01 : 0)),
  });
  const error = await refusal(kind, exported(kind, other), policy);
  expect(error.difference! * Math.max(...policy.logits.map(Math.abs))).toBeCloseTo(0.01, 5);
  expect(error.message).toContain("the exported file's logits are not the policy's");
});

test.each(EVERY_KIND)('%s cut short or with a flipped byte is refused', async (kind) => {
  const policy = preset('rusu-4');
  const bytes = exported(kind, policy);
  for (const length of [0, 100, bytes.length - 50_000, bytes.length - 1]) {
    const error = await refusal(kind, bytes.subarray(0, length), policy);
    expect(error.message).toContain('the exported file cannot be run');
  }
  const spoilt = Uint8Array.from(bytes);
  // In the middle lie the weights: of eight bytes, the signs and exponents of two.
  for (let at = 0; at < 8; at++) spoilt[Math.floor(bytes.length / 2) + at]! ^= 0xc0;
  await refusal(kind, spoilt, policy);
});

test('a state dict with a tensor too many, too few or a value head is refused', async () => {
  const policy = preset('rusu-4');
  const cleanrl = exported('cleanrl', policy);
  expect((await refusal('pytorch', cleanrl, policy)).message).toContain("the file has no tensor 'conv1.weight'");
  const renamed = Buffer.from(cleanrl.map((byte) => byte));
  expect((await refusal('stable-baselines3', renamed, policy)).message).toContain("'features_extractor.cnn.0.weight'");
});

onEveryEngine((engine) => {
  test('after a check of a tfjs model the engine is the one it was, and no tensor is left', async () => {
    const policy = student(EVERY_LAYER_ROWS);
    const bytes = exported('tfjs', policy);
    const before = [tf.getBackend(), tf.memory().numTensors];
    await checkExport('tfjs', bytes, policy);
    await refusal('tfjs', bytes.subarray(0, 5_000), policy);
    expect([tf.getBackend(), tf.memory().numTensors]).toEqual(before);
    expect(tf.getBackend()).toContain(engine);
  });
});
