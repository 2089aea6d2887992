import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { along, distance, inner, normals, slope } from '../../../../test/numbers.ts';
import { averagePool } from './average-pool.ts';
import { conv, type ConvOptions } from './conv.ts';
import { convolutionGram } from './convolution-gram.ts';
import { dense } from './dense.ts';
import { elu } from './elu.ts';
import { flatten } from './flatten.ts';
import { gelu } from './gelu.ts';
import { layerNorm } from './layer-norm.ts';
import { type Layer } from './layer.ts';
import { leakyRelu } from './leaky-relu.ts';
import { maxPool } from './max-pool.ts';
import { relu } from './relu.ts';
import { residual } from './residual.ts';
import { silu } from './silu.ts';
import { softplus } from './softplus.ts';
import { depthToSpace, spaceToDepth } from './space-to-depth.ts';
import { tanh } from './tanh.ts';
import { type PoolOptions } from './windows.ts';

const BATCH = 3;

interface Case {
  title: string;
  layer: Layer;
  inputShape: number[];
}

function convCase(title: string, options: Omit<ConvOptions, 'name'>): Case {
  return { title, layer: conv({ name: title, ...options }), inputShape: [...options.inputShape] };
}

function poolCase(title: string, pool: (options: PoolOptions) => Layer, options: Omit<PoolOptions, 'name'>): Case {
  return { title, layer: pool({ name: title, ...options }), inputShape: [...options.inputShape] };
}

const activation = { name: 'activation', inputShape: [3, 5] };

/** To half a percent, or 0.005 where that is more. */
function expectClose(given: number, expected: number): void {
  expect(Math.abs(given - expected)).toBeLessThan(0.005 * Math.max(1, Math.abs(expected)));
}

/** Curved layers with weights before and after them, in a block within a block. */
function curvedBlock(inputShape: number[]): Layer {
  const inner = [
    dense({ name: 'dense1', inputs: 5, units: 6 }),
    tanh({ name: 'tanh', inputShape: [6] }),
    dense({ name: 'dense2', inputs: 6, units: 5 }),
    layerNorm({ name: 'norm', inputShape: [5] }),
  ];
  const nested = residual({ name: 'nested', inputShape, layers: inner });
  return residual({ name: 'residual', inputShape, layers: [dense({ name: 'dense', inputs: 5, units: 5 }), nested] });
}

const CASES: Case[] = [
  convCase('conv, stride 1', { inputShape: [5, 6, 2], filters: 3, kernel: 3, stride: 1 }),
  convCase('conv, stride divides kernel and image', {
    inputShape: [8, 12, 2],
    filters: 3,
    kernel: 4,
    stride: 2,
  }),
  convCase('conv, of which every pixel meets four windows', {
    inputShape: [12, 8, 2],
    filters: 3,
    kernel: 8,
    stride: 4,
  }),
  convCase('conv, stride does not divide the kernel', {
    inputShape: [9, 7, 2],
    filters: 2,
    kernel: 3,
    stride: 2,
  }),
  convCase('conv that leaves edge pixels unused', {
    inputShape: [10, 11, 1],
    filters: 2,
    kernel: 4,
    stride: 3,
  }),
  convCase('conv, padded', {
    inputShape: [4, 5, 2],
    filters: 3,
    kernel: 3,
    stride: 1,
    padding: 1,
  }),
  convCase('conv, padded, strided, edge pixels unused', {
    inputShape: [7, 8, 2],
    filters: 2,
    kernel: 5,
    stride: 3,
    padding: 2,
  }),
  poolCase('max-pool', maxPool, { inputShape: [4, 6, 2], size: 2, stride: 2 }),
  poolCase('max-pool, overlapping, padded', maxPool, { inputShape: [6, 5, 2], size: 3, stride: 2, padding: 1 }),
  poolCase('max-pool, stride 1', maxPool, { inputShape: [4, 5, 2], size: 3, stride: 1 }),
  poolCase('max-pool that leaves pixels out', maxPool, { inputShape: [8, 7, 2], size: 2, stride: 3 }),
  poolCase('average-pool', averagePool, { inputShape: [4, 6, 2], size: 2, stride: 2 }),
  poolCase('average-pool, overlapping, padded', averagePool, { inputShape: [6, 5, 2], size: 3, stride: 2, padding: 1 }),
  poolCase('average-pool that leaves pixels out', averagePool, { inputShape: [7, 8, 2], size: 2, stride: 3 }),
  { title: 'leaky ReLU', layer: leakyRelu({ ...activation, slope: 0.1 }), inputShape: [3, 5] },
  { title: 'ELU', layer: elu({ ...activation, alpha: 0.7 }), inputShape: [3, 5] },
  { title: 'GELU', layer: gelu(activation), inputShape: [3, 5] },
  { title: 'SiLU', layer: silu(activation), inputShape: [3, 5] },
  { title: 'tanh', layer: tanh(activation), inputShape: [3, 5] },
  { title: 'softplus', layer: softplus(activation), inputShape: [3, 5] },
  { title: 'layer norm of vectors', layer: layerNorm({ name: 'norm', inputShape: [7] }), inputShape: [7] },
  { title: 'layer norm of images', layer: layerNorm({ name: 'norm', inputShape: [2, 3, 2] }), inputShape: [2, 3, 2] },
  {
    title: 'residual of convolutions',
    layer: residual({
      name: 'residual',
      inputShape: [4, 3, 2],
      layers: [
        relu({ name: 'relu', inputShape: [4, 3, 2] }),
        conv({
          name: 'conv',
          inputShape: [4, 3, 2],
          filters: 2,
          kernel: 3,
          stride: 1,
          padding: 1,
        }),
      ],
    }),
    inputShape: [4, 3, 2],
  },
  { title: 'residual of curved layers, nested', layer: curvedBlock([5]), inputShape: [5] },
  { title: 'dense', layer: dense({ name: 'dense', inputs: 7, units: 4 }), inputShape: [7] },
  { title: 'flatten', layer: flatten({ name: 'flatten', inputShape: [3, 2, 2] }), inputShape: [3, 2, 2] },
  { title: 'relu', layer: relu({ name: 'relu', inputShape: [3, 5] }), inputShape: [3, 5] },
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
        expectClose(inner(given[index]!, direction), slope(value, 0.01));
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
        expectClose(own, slope(value, 0.01));
      }
    });

    test('curvature is the slope of ⟨c, J t⟩ in x', () => {
      const [w, at, direction, back, change] = [weights(), x(), t(), c(), normals([BATCH, ...inputShape], 4)];
      const value = (h: number) => inner(back, layer.forward(w, along(at, change, h)).tangent(direction));
      const given = layer.forward(w, at).curvature?.(direction, back);
      expect(given?.shape ?? at.shape).toEqual(at.shape);
      // So short a step that no pixel overtakes another, where a max-pool's mask would jump.
      expectClose(given ? inner(given, change) : 0, slope(value, 5e-4));
    });
  });

  test.each([
    { title: 'stride divides the kernel', inputShape: [12, 8, 2], kernel: 4, stride: 2 },
    { title: 'stride does not divide the kernel', inputShape: [11, 9, 3], kernel: 5, stride: 2 },
    { title: 'stride 1', inputShape: [6, 7, 4], kernel: 3, stride: 1 },
    { title: 'windows that do not overlap', inputShape: [9, 9, 2], kernel: 3, stride: 3 },
  ])('J Jᵀ of a convolution in one piece is tangent after cotangent, $title', ({ inputShape, ...window }) => {
    const image = inputShape as [number, number, number];
    const layer = conv({ name: 'conv', inputShape: image, filters: 2, ...window });
    const weight = normals([window.kernel, window.kernel, image[2], 2], 1);
    const point = layer.forward([weight, normals([2], 2)], normals([BATCH, ...image], 3));
    const [c, other] = [normals([BATCH, ...layer.outputShape], 4), normals([BATCH, ...layer.outputShape], 5)];
    const gram = convolutionGram(weight as tf.Tensor4D, window.stride);
    const image0 = point.cotangent(c);
    expect(distance(gram.apply(c), point.tangent(image0))).toBeLessThan(1e-4);
    expect(distance(gram.twinGradient(c, other)[0]!, point.twinGradient(image0, other)[0]!)).toBeLessThan(1e-4);
  });

  test('a strided convolution equals the engine-independent definition', () => {
    const layer = conv({ name: 'conv', inputShape: [7, 6, 2], filters: 2, kernel: 3, stride: 2 });
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

  test('a max-pool gives a tie to its first pixel, so that no cotangent is counted twice', () => {
    const layer = maxPool({ name: 'pool', inputShape: [4, 4, 1], size: 3, stride: 1 });
    const back = layer.forward([], tf.ones([1, 4, 4, 1])).cotangent(tf.ones([1, 2, 2, 1]));
    const corner = [
      [1, 1, 0, 0],
      [1, 1, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ];
    expect(tf.reshape(back, [4, 4]).arraySync()).toEqual(corner);
  });

  test('a padded max-pool never gives the padding, a padded average-pool counts it as zeros', () => {
    const options = { name: 'pool', inputShape: [2, 2, 1] as const, size: 2, stride: 2, padding: 1 };
    const x = tf.tensor4d([-4, -8, -12, -16], [1, 2, 2, 1]);
    expect([...maxPool(options).forward([], x).y.dataSync()]).toEqual([-4, -8, -12, -16]);
    expect([...averagePool(options).forward([], x).y.dataSync()]).toEqual([-1, -2, -3, -4]);
  });

  test('activations and layer norm have the values of their formulas in double precision', () => {
    const x = tf.tensor2d([[-2, -0.5, 0.25, 1.5]]);
    const at = { name: 'activation', inputShape: [4] };
    const expected: [Layer, number[]][] = [
      [leakyRelu({ ...at, slope: 0.01 }), [-0.02, -0.005, 0.25, 1.5]],
      [elu({ ...at, alpha: 1 }), [-0.864665, -0.393469, 0.25, 1.5]],
      [gelu(at), [-0.0455, -0.154269, 0.149677, 1.399789]],
      [silu(at), [-0.238406, -0.18877, 0.140544, 1.226362]],
      [tanh(at), [-0.964028, -0.462117, 0.244919, 0.905148]],
      [softplus(at), [0.126928, 0.474077, 0.825939, 1.701413]],
    ];
    for (const [layer, values] of expected)
      expect(distance(layer.forward([], x).y, tf.tensor(values))).toBeLessThan(2e-6);
    const norm = layerNorm(at).forward([tf.ones([4]), tf.zeros([4])], x);
    expect(distance(norm.y, tf.tensor([-1.43046, -0.246631, 0.345283, 1.331808]))).toBeLessThan(2e-6);
  });

  test('activations stay finite where their exponentials would not', () => {
    const x = tf.tensor2d([[-1000, -90, 90, 1000]]);
    const at = { name: 'activation', inputShape: [4] };
    const ones = tf.onesLike(x);
    for (const layer of [elu({ ...at, alpha: 1 }), gelu(at), silu(at), tanh(at), softplus(at)]) {
      const point = layer.forward([], x);
      for (const value of [point.y, point.tangent(ones), point.curvature!(ones, ones)])
        expect([...value.dataSync()].every(Number.isFinite)).toBe(true);
    }
  });

  test('a block whose inner layers change the shape is refused', () => {
    const layers = [dense({ name: 'dense', inputs: 5, units: 4 })];
    expect(() => residual({ name: 'residual1', inputShape: [5], layers })).toThrow(
      'residual1: the inner layers go from',
    );
  });

  test('a block asked twice at one point answers for the direction and the cotangent at hand', () => {
    const layer = curvedBlock([5]);
    const weights = layer.parameters.map(({ shape }, index) => normals(shape, 10 + index));
    const [x, t, c, other] = [1, 2, 3, 4].map((seed) => normals([BATCH, 5], seed)) as [tf.Tensor, ...tf.Tensor[]];
    const point = layer.forward(weights, x);
    for (const [direction, back] of [
      [t, c],
      [t, other],
      [other, other],
    ] as [tf.Tensor, tf.Tensor][]) {
      const fresh = layer.forward(weights, x);
      expect(distance(point.curvature!(direction, back), fresh.curvature!(direction, back))).toBe(0);
      expect(distance(point.tangent(direction), fresh.tangent(direction))).toBe(0);
    }
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
