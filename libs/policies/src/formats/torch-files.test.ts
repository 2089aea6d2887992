import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { distance } from '../../../../test/numbers.ts';
import { type Architecture, layerTable, type LayerSpec, readSafetensors } from '../description/index.ts';
import { buildNetwork } from '../network.ts';
import { loadWeights, logits } from '../policy.ts';
import { type ImportedPolicy, importPolicy, type TeacherFormat } from './index.ts';

// Files by torch, Stable-Baselines3, sb3-contrib and safetensors themselves, and their outputs: test/formats/generate_torch.py.
const folder = 'test/reference/formats';
const input: [number, number, number] = [44, 52, 4];
const actions = 4;

const relu: LayerSpec = { kind: 'relu' };
const same = (filters: number): LayerSpec => ({ kind: 'conv', filters, kernel: 3, stride: 1, padding: 'same' });
const sequence = (filters: number): LayerSpec[] => {
  const block: LayerSpec = { kind: 'residual', layers: [relu, same(filters), relu, same(filters)] as never };
  return [same(filters), { kind: 'max-pool', size: 3, stride: 2, padding: 1 }, block, block];
};
const impala: Architecture = {
  layers: [
    ...[4, 6, 6].flatMap(sequence),
    { kind: 'flatten' },
    relu,
    { kind: 'dense', units: 16 },
    relu,
    { kind: 'dense', units: actions },
  ],
};
const conv = (filters: number, kernel: number, stride: number): LayerSpec[] => [
  { kind: 'conv', filters, kernel, stride, padding: 'valid' },
  relu,
];
const nature: Architecture = {
  layers: [
    ...conv(8, 8, 4),
    ...conv(16, 4, 2),
    ...conv(16, 3, 1),
    { kind: 'flatten' },
    { kind: 'dense', units: 32 },
    relu,
    { kind: 'dense', units: actions },
  ],
};

const files: [name: string, format: TeacherFormat, architecture?: Architecture][] = [
  ['sb3-ppo.zip', 'stable-baselines3'],
  ['sb3-a2c.zip', 'stable-baselines3'],
  ['sb3-dqn.zip', 'stable-baselines3'],
  ['sb3-qrdqn.zip', 'stable-baselines3'],
  ['cleanrl-ppo.pt', 'pytorch'],
  ['cleanrl-ppo-legacy.pt', 'pytorch'],
  ['cleanrl-ppo-protocol5.pt', 'pytorch'],
  ['cleanrl-ppo-f16.pt', 'pytorch'],
  ['cleanrl-ppo-bf16.pt', 'pytorch'],
  ['cleanrl-ppo-f64.pt', 'pytorch'],
  ['cleanrl-ppo-views.pt', 'pytorch'],
  ['cleanrl-ppo-views-legacy.pt', 'pytorch'],
  ['cleanrl-dqn-checkpoint.pt', 'pytorch'],
  ['cleanrl-ppo.pt', 'pytorch', nature],
  ['cleanrl-impala.pt', 'pytorch', impala],
  ['cleanrl-ppo.safetensors', 'safetensors', nature],
];

async function read(name: string, format: TeacherFormat, architecture?: Architecture): Promise<ImportedPolicy> {
  const bytes = await readFile(`${folder}/${name}`);
  return importPolicy(format, { bytes, input, actions, ...(architecture && { architecture }) });
}

async function reference(name: string) {
  const { tensors } = readSafetensors(await readFile(`${folder}/torch.safetensors`));
  const frames = tensors.get('observations')!;
  const x = tf.div(tf.tensor4d(Float32Array.from(frames.data), [4, ...input]), 255);
  return { x, expected: tf.tensor2d(tensors.get(name)!.data as Float32Array, [4, actions]) };
}

function outputs({ layers, weights }: ImportedPolicy, x: tf.Tensor): tf.Tensor2D {
  const { rows } = layerTable(layers, input, actions);
  const network = buildNetwork(rows);
  return logits({ network, weights: loadWeights(rows, network, weights) }, x);
}

onEveryEngine(() => {
  test.each(files)("%s (%s) gives its own library's outputs to 1e-4", async (name, format, architecture) => {
    const { x, expected } = await reference(name);
    expect(tf.max(tf.abs(expected)).dataSync()[0]).toBeGreaterThan(0.4);
    expect(distance(outputs(await read(name, format, architecture), x), expected)).toBeLessThan(1e-4);
  });

  test('a temperature divides the logits', async () => {
    const { x, expected } = await reference('sb3-dqn.zip');
    const bytes = await readFile(`${folder}/sb3-dqn.zip`);
    const cold = await importPolicy('stable-baselines3', { bytes, input, actions, temperature: 0.25 });
    expect(distance(outputs(cold, x), tf.mul(expected, 4))).toBeLessThan(1e-4);
    expect(cold.remarks.join()).toContain('temperature 0.25');
  });
});

test('Stable-Baselines3 divides pixels by 255 itself; of a state dict that is not known', async () => {
  expect((await read('sb3-ppo.zip', 'stable-baselines3')).inputScale).toBe('1/255');
  const agent = await read('cleanrl-ppo.pt', 'pytorch');
  expect(agent.inputScale).toBeNull();
  expect(agent.remarks.join()).toContain('divides pixels by 255');
});

test.each([
  ['sb3-a2c.zip', 'tanh'],
  ['sb3-qrdqn.zip', 'elu'],
])('the hidden layer of %s has the activation %s, of its default or of its data', async (name, activation) => {
  const { layers } = await read(name, 'stable-baselines3');
  expect(layers.at(-2)?.kind).toBe(activation);
});

test('what was inferred and left aside is said', async () => {
  const { remarks } = await read('sb3-qrdqn.zip', 'stable-baselines3');
  expect(remarks.join('\n')).toMatch(/Stable-Baselines3 2\.9\.2[^]*quantile network[^]*strides 4, 2, 1/);
  expect((await read('cleanrl-ppo.pt', 'pytorch', nature)).remarks.join()).toContain('critic.weight [1, 32]');
});

test('the bundled teacher, in our own names, is read bit for bit', async () => {
  const bytes = await readFile('apps/demo/data/breakout.safetensors');
  const request = {
    bytes,
    input: [84, 84, 4] as [number, number, number],
    actions,
    architecture: { preset: 'nature' } as const,
  };
  const { weights } = await importPolicy('safetensors', request);
  expect(Object.fromEntries(weights)).toEqual(Object.fromEntries(readSafetensors(bytes).tensors));
});
