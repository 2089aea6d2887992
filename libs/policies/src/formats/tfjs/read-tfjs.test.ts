import { readFileSync } from 'node:fs';
import { loadEngine } from '@distiller/compute';
import { randomStream } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, type LayersModel, model, sequential, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { onEveryEngine } from '../../../../../test/engines.ts';
import { distance } from '../../../../../test/numbers.ts';
import { readSafetensors } from '../../description/index.ts';
import { importPolicy } from '../catalogue.ts';
import { engineLogits } from '../engine-logits.fixture.ts';
import { savedFiles, zipOf } from './layers-model.fixture.ts';

const [ACTIONS, INPUT] = [5, [36, 36, 4] as [number, number, number]];
const observations = readSafetensors(readFileSync('test/reference/formats/keras/keras.safetensors')).tensors.get(
  'observations',
)!;
const open = (bytes: Uint8Array) => importPolicy('tfjs', { bytes, input: INPUT, actions: ACTIONS });

function plain(): LayersModel {
  return sequential({
    layers: [
      layers.rescaling({ scale: 1 / 255, inputShape: INPUT }),
      layers.conv2d({ filters: 6, kernelSize: 8, strides: 4, activation: 'relu' }),
      layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' }),
      layers.dropout({ rate: 0.5 }),
      layers.flatten(),
      layers.dense({ units: 16, activation: 'tanh' }),
      layers.dense({ units: ACTIONS, activation: 'linear' }),
    ],
  });
}

/** Functional: a block, pools, norms, axes exchanged before the flattening, and a value head. */
function functional(): LayersModel {
  const image = input({ shape: INPUT });
  const apply = (layer: { apply: (x: SymbolicTensor) => unknown }, x: SymbolicTensor) =>
    layer.apply(x) as SymbolicTensor;
  let x = apply(layers.rescaling({ scale: 1 / 255 }), image);
  x = apply(layers.conv2d({ filters: 6, kernelSize: 5, strides: 3 }), x);
  x = apply(layers.batchNormalization(), x);
  x = apply(layers.leakyReLU({ alpha: 0.1 }), x);
  x = apply(layers.maxPooling2d({ poolSize: 2, strides: 1 }), x);
  const inner = apply(layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same' }), apply(layers.reLU(), x));
  x = layers.add().apply([x, inner]) as SymbolicTensor;
  x = apply(layers.averagePooling2d({ poolSize: 2 }), x);
  x = apply(layers.conv2d({ filters: 4, kernelSize: 2 }), x);
  x = apply(layers.layerNormalization({ axis: [1, 2, 3] }), x);
  x = apply(layers.permute({ dims: [3, 2, 1] }), x);
  x = apply(layers.flatten(), x);
  x = apply(layers.dense({ units: 12 }), x);
  x = apply(layers.layerNormalization(), x);
  x = apply(layers.elu(), x);
  const outputs = [
    apply(layers.dense({ units: 1, name: 'value' }), x),
    apply(layers.dense({ units: ACTIONS, name: 'policy' }), x),
  ];
  return model({ inputs: image, outputs });
}

/** Every weight another than the default. */
function randomized(made: LayersModel): LayersModel {
  const random = randomStream(3, 'initialization');
  const isVariance = made.weights.map(({ name }) => name.includes('variance'));
  const values = made.getWeights().map((weight, index) => {
    const scale = weight.rank > 1 && weight.size > 100 ? (2 * weight.shape.at(-1)!) / weight.size : 0.1;
    const numbers = Float32Array.from({ length: weight.size }, () => random.normal() * Math.sqrt(scale));
    return tf.tensor(isVariance[index] ? numbers.map((value) => 0.5 + Math.abs(value)) : numbers, weight.shape);
  });
  made.setWeights(values);
  return made;
}

function ownLogits(made: LayersModel): tf.Tensor {
  const x = tf.tensor4d(Float32Array.from(observations.data), [3, ...INPUT]);
  const outputs = [made.predict(x)].flat();
  return outputs.find(({ shape }) => shape[1] === ACTIONS)!;
}

onEveryEngine(() => {
  test.each([
    ['Sequential', plain],
    ['Functional', functional],
  ])("a %s model gives TensorFlow.js' logits to 1e-4", async (_name, make) => {
    const made = randomized(make());
    const policy = await open(await zipOf(await savedFiles(made)));
    expect(policy.inputScale).toBe('1/255');
    const known = ownLogits(made);
    expect(distance(engineLogits(policy, observations, ACTIONS), known)).toBeLessThan(1e-4);
    expect(Math.max(...known.dataSync()) - Math.min(...known.dataSync())).toBeGreaterThan(0.5);
  });
});

interface ModelJson {
  format?: string;
  modelTopology: { config: { layers: { class_name: string }[] } };
  weightsManifest: {
    paths: string[];
    weights: { name: string; shape: number[]; dtype: string; quantization?: unknown }[];
  }[];
}

/** The saved files with model.json changed. */
async function changed(change: (json: ModelJson) => unknown, files?: Record<string, Uint8Array>) {
  const all = files ?? (await savedFiles(randomized(plain())));
  const json = JSON.parse(Buffer.from(all['model.json']!).toString()) as ModelJson;
  const result = change(json) ?? json;
  return { ...all, 'model.json': Buffer.from(JSON.stringify(result)) };
}

describe('files', () => {
  // Models are made with an engine; which one does not matter here.
  beforeAll(() => loadEngine('wasm'));

  test('weights of 8 and 16 bits are widened by their scale and minimum', async () => {
    const made = randomized(plain());
    const files = await savedFiles(made);
    const exact = await open(await zipOf(files));
    for (const [dtype, levels] of [
      ['uint8', 255],
      ['uint16', 65_535],
    ] as const) {
      const rounded = await open(await zipOf(await quantized(files, dtype, levels)));
      const [a, b] = [exact.weights.get('conv1.weight')!.data, rounded.weights.get('conv1.weight')!.data];
      const range = Math.max(...a) - Math.min(...a);
      const most = Array.from(a).reduce((worst, value, index) => Math.max(worst, Math.abs(value - b[index]!)), 0);
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThan((0.51 * range) / levels + 1e-7);
    }
  });

  test('weights of half precision are widened', async () => {
    const files = await savedFiles(randomized(plain()));
    const bytes = Buffer.concat([files['group1-shard1of2.bin']!, files['group1-shard2of2.bin']!]);
    // 1.5 everywhere: 0x3e00.
    const half = Buffer.alloc(bytes.length / 2);
    for (let at = 0; at < half.length; at += 2) half.writeUInt16LE(0x3e00, at);
    const { 'model.json': json } = await changed(({ weightsManifest: [group] }) => {
      group!.paths = ['half.bin'];
      for (const weight of group!.weights) weight.quantization = { dtype: 'float16' };
    }, files);
    const { weights } = await open(await zipOf({ 'model.json': json, 'half.bin': half }));
    expect(weights.get('logits.weight')!.data.every((value) => value === 1.5)).toBe(true);
  });

  test.each<[string, (json: ModelJson) => unknown, RegExp]>([
    ['a graph model', (json) => void (json.format = 'graph-model'), /graph model/],
    ['a list', () => [], /is no model/],
    ['shards outside the archive', (json) => void (json.weightsManifest[0]!.paths = ['../x.bin']), /no entry/],
    ['a shard named twice', (json) => void json.weightsManifest[0]!.paths.push('group1-shard1of2.bin'), /named twice/],
    [
      'a shape of more numbers than there are',
      (json) => void (json.weightsManifest[0]!.weights[0]!.shape = [1e9, 1e9, 1e9]),
      /ends after/,
    ],
    ['fewer weights than bytes', (json) => void json.weightsManifest[0]!.weights.pop(), /belong to no tensor/],
    [
      'a tensor given twice',
      (json) => void (json.weightsManifest[0]!.weights[1]!.name = json.weightsManifest[0]!.weights[0]!.name),
      /stands twice/,
    ],
    [
      'a shape that is not the layer’s',
      (json) => void json.weightsManifest[0]!.weights[0]!.shape.reverse(),
      /has shape \[6, 4, 8, 8\]; the layer needs \[8, 8, 4, 6\]/,
    ],
    ['weights of text', (json) => void (json.weightsManifest[0]!.weights[0]!.dtype = 'string'), /not read/],
    [
      'a layer with code',
      (json) => void (json.modelTopology.config.layers[3]!.class_name = 'Lambda'),
      /Lambda: holds code/,
    ],
    [
      'a layer that is named as what every object has',
      (json) => void (json.modelTopology.config.layers[3]!.class_name = 'constructor'),
      /layer constructor is not read/,
    ],
  ])('%s is refused', async (_title, change, message) => {
    await expect(open(await zipOf(await changed(change)))).rejects.toThrow(message);
  });

  test('a value that is not finite is refused by the tensor’s name', async () => {
    const files = await savedFiles(randomized(plain()));
    const broken = Buffer.from(files['group1-shard1of2.bin']!);
    broken.writeFloatLE(NaN, 0);
    await expect(open(await zipOf({ ...files, 'group1-shard1of2.bin': broken }))).rejects.toMatchObject({
      where: expect.stringMatching(/kernel$/) as unknown,
      message: 'holds a value that is not finite',
    });
  });
});

/** The files with every tensor in whole numbers, as TensorFlow.js' converter rounds them. */
async function quantized(files: Record<string, Uint8Array>, dtype: 'uint8' | 'uint16', levels: number) {
  const bytes = Buffer.concat([files['group1-shard1of2.bin']!, files['group1-shard2of2.bin']!]);
  const parts: Buffer[] = [];
  let start = 0;
  const { 'model.json': json } = await changed(({ weightsManifest: [group] }) => {
    group!.paths = ['weights.bin'];
    for (const weight of group!.weights) {
      const count = weight.shape.reduce((product, length) => product * length, 1);
      const values = Array.from({ length: count }, (_, index) => bytes.readFloatLE(start + 4 * index));
      start += 4 * count;
      const min = Math.min(...values);
      const scale = (Math.max(...values) - min) / levels || 1;
      weight.quantization = { dtype, scale, min };
      const part = Buffer.alloc(count * (dtype === 'uint8' ? 1 : 2));
      for (const [index, value] of values.entries()) {
        const rounded = Math.round((value - min) / scale);
        if (dtype === 'uint8') part.writeUInt8(rounded, index);
        else part.writeUInt16LE(rounded, 2 * index);
      }
      parts.push(part);
    }
  }, files);
  return { 'model.json': json, 'weights.bin': Buffer.concat(parts) };
}
