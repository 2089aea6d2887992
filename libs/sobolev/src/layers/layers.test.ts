import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { along, distance, inner, normals, slope } from '../../../../test/numbers.ts';
import { conv, type ConvOptions } from './conv.ts';
import { dense } from './dense.ts';
import { flatten } from './flatten.ts';
import { type Layer } from './layer.ts';
import { relu } from './relu.ts';
import { depthToSpace, spaceToDepth } from './space-to-depth.ts';
import { unblock } from './unblock.ts';

const BATCH = 3;

interface Case {
  title: string;
  layer: Layer;
  inputShape: number[];
}

function convCase(title: string, options: Omit<ConvOptions, 'name'>): Case {
  const [height, width, channels] = options.inputShape;
  const { stride } = options;
  const blocked = [height / stride, width / stride, channels * stride * stride];
  return {
    title,
    layer: conv({ name: title, ...options }),
    inputShape: options.blockedInput ? blocked : [...options.inputShape],
  };
}

const CASES: Case[] = [
  convCase('conv, stride 1', { inputShape: [5, 6, 2], filters: 3, kernel: 3, stride: 1, blockedInput: false }),
  convCase('conv, stride divides kernel and image', {
    inputShape: [8, 12, 2],
    filters: 3,
    kernel: 4,
    stride: 2,
    blockedInput: false,
  }),
  convCase('conv on a blocked image', { inputShape: [12, 8, 2], filters: 3, kernel: 8, stride: 4, blockedInput: true }),
  convCase('conv, stride does not divide the kernel', {
    inputShape: [9, 7, 2],
    filters: 2,
    kernel: 3,
    stride: 2,
    blockedInput: false,
  }),
  convCase('conv that leaves edge pixels unused', {
    inputShape: [10, 11, 1],
    filters: 2,
    kernel: 4,
    stride: 3,
    blockedInput: false,
  }),
  { title: 'dense', layer: dense({ name: 'dense', inputs: 7, units: 4 }), inputShape: [7] },
  { title: 'flatten', layer: flatten({ name: 'flatten', inputShape: [3, 2, 2] }), inputShape: [3, 2, 2] },
  { title: 'relu', layer: relu({ name: 'relu', inputShape: [3, 5] }), inputShape: [3, 5] },
  { title: 'unblock', layer: unblock({ block: 2, outputShape: [4, 6, 2] }), inputShape: [2, 3, 8] },
];

onEveryEngine(() => {
  describe.each(CASES)('$title', ({ layer, inputShape }) => {
    const weights = () => layer.parameters.map(({ shape }, index) => normals(shape, 10 + index));
    const x = () => normals([BATCH, ...inputShape], 1);
    const t = () => normals([BATCH, ...inputShape], 2);
    const c = () => normals([BATCH, ...layer.outputShape], 3);

    test('gives the shape that it states', () => {
      expect(layer.forward(weights(), x()).y.shape).toEqual([BATCH, ...layer.outputShape]);
    });

    test('tangent is the central difference of forward', () => {
      const [w, at, direction] = [weights(), x(), t()];
      const ahead = layer.forward(w, along(at, direction, 1e-3)).y;
      const behind = layer.forward(w, along(at, direction, -1e-3)).y;
      const difference = tf.div(tf.sub(ahead, behind), 2e-3);
      expect(distance(layer.forward(w, at).tangent(direction), difference)).toBeLessThan(2e-2);
    });

    test('cotangent is the transpose of tangent', () => {
      const point = layer.forward(weights(), x());
      const [direction, back] = [t(), c()];
      expect(inner(point.cotangent(back), direction)).toBeCloseTo(inner(back, point.tangent(direction)), 3);
    });

    test('gradient is the slope of ⟨c, y⟩ in each weight', () => {
      const [w, at, back] = [weights(), x(), c()];
      const given = layer.forward(w, at).gradient(back);
      expect(given).toHaveLength(w.length);
      for (const [index, weight] of w.entries()) {
        const direction = normals(weight.shape, 20 + index);
        const value = (h: number) => inner(back, layer.forward(w.with(index, along(weight, direction, h)), at).y);
        expect(inner(given[index]!, direction)).toBeCloseTo(slope(value, 0.5), 2);
      }
    });

    test('twin gradient is the slope of ⟨c, J t⟩ in each weight', () => {
      const [w, at, direction, back] = [weights(), x(), t(), c()];
      const given = layer.forward(w, at).twinGradient(direction, back);
      for (const [index, weight] of w.entries()) {
        const change = normals(weight.shape, 20 + index);
        const value = (h: number) =>
          inner(back, layer.forward(w.with(index, along(weight, change, h)), at).tangent(direction));
        const own = given[index] ? inner(given[index], change) : 0;
        expect(own).toBeCloseTo(slope(value, 0.5), 2);
      }
    });
  });

  test('a strided convolution equals the engine-independent definition', () => {
    const layer = conv({ name: 'conv', inputShape: [7, 6, 2], filters: 2, kernel: 3, stride: 2, blockedInput: false });
    const [weight, bias, x] = [normals([3, 3, 2, 2], 1), normals([2], 2), normals([1, 7, 6, 2], 3)];
    const [w, b, image] = [
      weight.arraySync() as number[][][][],
      bias.arraySync() as number[],
      x.arraySync() as number[][][][],
    ];
    const expected = [0, 1, 2].map((row) =>
      [0, 1].map((column) =>
        [0, 1].map((filter) => {
          let sum = b[filter]!;
          for (let dy = 0; dy < 3; dy++)
            for (let dx = 0; dx < 3; dx++)
              for (let channel = 0; channel < 2; channel++)
                sum += w[dy]![dx]![channel]![filter]! * image[0]![2 * row + dy]![2 * column + dx]![channel]!;
          return sum;
        }),
      ),
    );
    expect(distance(layer.forward([weight, bias], x).y, tf.tensor([expected]))).toBeLessThan(1e-5);
  });

  test('space-to-depth puts pixel (dy, dx) of a block at channel (dy·s + dx)·C + c, and depth-to-space takes it back', () => {
    const image = tf.reshape<tf.Rank.R4>(tf.range(0, 4 * 4 * 2), [1, 4, 4, 2]);
    const blocked = spaceToDepth(image, 2);
    expect(blocked.shape).toEqual([1, 2, 2, 8]);
    // Block (1, 0) starts at row 2, column 0: pixel numbers 16, 17 | 18, 19 and one row below 24, 25 | 26, 27.
    expect(blocked.arraySync()[0]![1]![0]).toEqual([16, 17, 18, 19, 24, 25, 26, 27]);
    expect(distance(depthToSpace(blocked, 2), image)).toBe(0);
  });
});
