import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { pack, type Packed, unpack } from '../parameters.ts';
import { clipByGlobalNorm } from './clip.ts';
import { type Optimizer, optimizerInit, optimizerNumbers, optimizerUpdate } from './optimizer.ts';

const GRADIENTS = [0.3, -0.2, 0.7, 0.1, -0.9];
const RATE = 0.1;
const SHAPES = [[2]];
const numbersAt = (optimizer: Optimizer, step: number) =>
  optimizerNumbers(optimizer, { step, learningRate: RATE }).map((number) => tf.scalar(number));
const packed = (a: number, b: number) => pack([tf.tensor1d([a, b])], SHAPES);

/** One weight, written again in plain numbers from each paper. */
const BY_HAND: Record<string, { optimizer: Optimizer; expected: () => number }> = {
  adam: {
    optimizer: { kind: 'adam', beta1: 0.8, beta2: 0.9, epsilon: 1e-3 },
    expected: () => adamByHand(0),
  },
  adamw: {
    optimizer: { kind: 'adamw', beta1: 0.8, beta2: 0.9, epsilon: 1e-3, weightDecay: 0.5 },
    expected: () => adamByHand(0.5),
  },
  'rmsprop without momentum': {
    optimizer: { kind: 'rmsprop', decay: 0.9, momentum: 0, epsilon: 1e-3 },
    expected: () => rmsPropByHand(0),
  },
  'rmsprop with momentum': {
    optimizer: { kind: 'rmsprop', decay: 0.9, momentum: 0.7, epsilon: 1e-3 },
    expected: () => rmsPropByHand(0.7),
  },
  'sgd without momentum': {
    optimizer: { kind: 'sgd', momentum: 0 },
    expected: () => GRADIENTS.reduce((w, g) => w - RATE * g, 1),
  },
  'sgd with momentum': {
    optimizer: { kind: 'sgd', momentum: 0.9 },
    expected: () =>
      GRADIENTS.reduce(({ w, b }, g) => ({ w: w - RATE * (0.9 * b + g), b: 0.9 * b + g }), { w: 1, b: 0 }).w,
  },
};

function adamByHand(decay: number): number {
  let [w, m, v] = [1, 0, 0];
  for (const [index, g] of GRADIENTS.entries()) {
    w -= RATE * decay * w;
    m = 0.8 * m + 0.2 * g;
    v = 0.9 * v + 0.1 * g * g;
    w -= (RATE * (m / (1 - 0.8 ** (index + 1)))) / (Math.sqrt(v / (1 - 0.9 ** (index + 1))) + 1e-3);
  }
  return w;
}

function rmsPropByHand(momentum: number): number {
  let [w, v, b] = [1, 0, 0];
  for (const g of GRADIENTS) {
    v = 0.9 * v + 0.1 * g * g;
    b = momentum * b + g / (Math.sqrt(v) + 1e-3);
    w -= RATE * b;
  }
  return w;
}

onEveryEngine(() => {
  test.each(Object.entries(BY_HAND))('%s takes the steps of its paper', (_name, { optimizer, expected }) => {
    let weights = packed(1, 1);
    let state = optimizerInit(optimizer, SHAPES);
    for (const [index, g] of GRADIENTS.entries()) {
      const update = { gradient: packed(g, g), weights, state, numbers: numbersAt(optimizer, index + 1) };
      ({ weights, state } = optimizerUpdate(optimizer, update));
    }
    const [a, b] = unpack(weights, SHAPES)[0]!.dataSync();
    expect(a).toBeCloseTo(expected(), 5);
    expect(b).toBe(a);
  });

  test('an update changes nothing that it was given', () => {
    const optimizer = BY_HAND['adam']!.optimizer;
    const [gradient, state] = [packed(1, 2), optimizerInit(optimizer, SHAPES)];
    optimizerUpdate(optimizer, { gradient, weights: gradient, state, numbers: numbersAt(optimizer, 1) });
    expect([...unpack(gradient, SHAPES)[0]!.dataSync()]).toEqual([1, 2]);
    expect(tf.max(tf.abs(state[0]![0]!)).dataSync()[0]).toBe(0);
  });

  test('clipping scales gradients down to the global norm, and leaves smaller ones as they are', () => {
    const shapes = [[2], [1]];
    const gradient = pack([tf.tensor1d([3, 0]), tf.tensor1d([4])], shapes);
    const clipped = clipByGlobalNorm(gradient, 1);
    const parts = (of: Packed) => unpack(of, shapes).flatMap((part) => [...part.dataSync()]);
    expect(clipped.norm.dataSync()[0]).toBeCloseTo(5, 6);
    expect(parts(clipped.gradient).map((g) => Math.round(g * 1e6) / 1e6)).toEqual([0.6, 0, 0.8]);
    expect(parts(clipByGlobalNorm(gradient, 10).gradient)).toEqual([3, 0, 4]);
  });
});
