import { layerTable, logits, type NamedTensor } from '@distiller/policies';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { ACTIONS, tinyContract, tinyTeacher, tinyWeights } from '../../../test/tiny-distillation.ts';
import { loadPolicy } from './load-policy.ts';
import { forContract, forPixels } from './network-input.ts';

const STACK = 3;
const CONV = layerTable(
  [
    { kind: 'conv', filters: 2, kernel: 2, stride: 1, padding: 'valid' },
    { kind: 'flatten' },
    { kind: 'dense', units: 2 },
  ],
  [2, 2, STACK],
  2,
).rows;
const DENSE = layerTable([{ kind: 'flatten' }, { kind: 'dense', units: 2 }], [2, 2, STACK], 2).rows;

/** Weights over [2, 3 channels, 2, 2] whose value tells unit and channel. */
const weights = (name: string, shape: number[]) =>
  new Map<string, NamedTensor>([
    [name, { dtype: 'F32', shape, data: Float32Array.from({ length: 24 }, (_, i) => 1 + Math.floor(i / 4)) }],
    ['other', { dtype: 'F32', shape: [1], data: Float32Array.of(7) }],
  ]);

test.each([
  ['a convolution', CONV, 'conv1.weight', [2, 3, 2, 2]],
  ['a dense layer after flattening', DENSE, 'logits.weight', [2, 12]],
])(
  '%s takes bytes by being 255 times as large, and newest frames first by its channels',
  (_title, rows, name, shape) => {
    const contract = { scale: '1', stack_order: 'newest_first', stack: STACK } as const;
    const before = weights(name, shape);
    const folded = forPixels(rows, before, contract);
    const channels = Array.from({ length: 6 }, (_, i) => folded.get(name)!.data[4 * i]! / 255);
    expect(channels).toEqual([3, 2, 1, 6, 5, 4]);
    expect(folded.get('other')!.data[0]).toBe(7);
    forContract(rows, folded, contract)
      .get(name)!
      .data.forEach((value, index) => expect(value).toBeCloseTo(before.get(name)!.data[index]!, 6));
  },
);

test('what takes pixels in [0, 1] already stays as it is', () => {
  const before = weights('conv1.weight', [2, 3, 2, 2]);
  expect(forPixels(CONV, before, { scale: '1/255', stack_order: 'oldest_first', stack: STACK })).toBe(before);
});

test('a network that begins with something else cannot be fed bytes', () => {
  const { rows } = layerTable(
    [{ kind: 'layer-norm' }, { kind: 'flatten' }, { kind: 'dense', units: 2 }],
    [2, 2, STACK],
    2,
  );
  const fold = () => forPixels(rows, new Map(), { scale: '1', stack_order: 'oldest_first', stack: STACK });
  expect(fold).toThrow('must be fed pixels in [0, 1]');
});

onEveryEngine(() => {
  test('a policy that is fed bytes, newest frame first, answers in the engine as the one that it was made from', () => {
    const teacher = { observation: tinyContract, actions: ACTIONS, architecture: tinyTeacher, weights: tinyWeights() };
    const policy = loadPolicy(teacher);
    const observation = { ...tinyContract, scale: '1', stack_order: 'newest_first' } as const;
    const raw = loadPolicy({
      ...teacher,
      observation,
      weights: forContract(policy.rows, teacher.weights, observation),
    });
    const x = tf.randomUniform([5, ...policy.network.inputShape], 0, 1, 'float32', 3);
    const [expected, found] = [policy, raw].map((loaded) => logits(loaded, x));
    expect(tf.max(tf.abs(tf.sub(expected!, found!))).dataSync()[0]).toBeLessThan(1e-4);
  });
});
