import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { compiled } from './compiled.ts';
import { tidy } from './tidy.ts';

const value = (tensor: tf.Tensor) => tensor.dataSync()[0];

interface Given {
  kind: 'sum' | 'product';
  parts: readonly tf.Tensor[];
  extra: { bias: tf.Tensor } | null;
}

const combine = ({ kind, parts, extra }: Given) => {
  const combined = parts.reduce((a, b) => (kind === 'sum' ? tf.add(a, b) : tf.mul(a, b)));
  const biased = extra ? tf.add(combined, extra.bias) : combined;
  return { kind, results: [biased, null, { last: parts.at(-1)! }] as const };
};

onEveryEngine(() => {
  const scalars = (...numbers: number[]) => numbers.map((number) => tf.scalar(number));

  test('tensors come out where the function put them, and all else as it was', () => {
    const { kind, results } = compiled(combine)({ kind: 'sum', parts: scalars(1, 2), extra: null });
    expect([kind, value(results[0]), results[1], value(results[2].last)]).toEqual(['sum', 3, null, 2]);
  });

  test('every call gives the result of its own tensors, and of its own structure', () => {
    const function_ = compiled(combine);
    const at = (given: Given) => value(function_(given).results[0]);
    for (const [a, b] of [
      [2, 3],
      [4, 5],
      [6, 7],
      [8, 9],
    ] as const) {
      const parts = scalars(a, b);
      expect(at({ kind: 'sum', parts, extra: null })).toBe(a + b);
      expect(at({ kind: 'product', parts, extra: null })).toBe(a * b);
      expect(at({ kind: 'product', parts: [...parts, parts[0]!], extra: null })).toBe(a * b * a);
      expect(at({ kind: 'sum', parts, extra: { bias: parts[1]! } })).toBe(a + b + b);
    }
  });

  test('a call leaves its results and nothing else', () => {
    const function_ = compiled(combine);
    const parts = scalars(1, 2).map((scalar) => tf.keep(scalar));
    const before = tf.memory().numTensors;
    for (let i = 0; i < 4; i++) tidy(() => void function_({ kind: 'sum', parts, extra: { bias: parts[0]! } }));
    expect(tf.memory().numTensors).toBe(before);
  });
});
