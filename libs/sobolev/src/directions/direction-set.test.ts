import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { distance, normals } from '../../../../test/numbers.ts';
import { type NoiseTable, noiseTable } from '../noise/noise.ts';
import { randomStream } from '../random.ts';
import { directionsByExample, type DirectionSet, drawDirections } from './direction-set.ts';

const SHAPE: [number, number, number, number] = [6, 9, 7, 3];
const frames = (seed: number, shape = SHAPE) => normals(shape, seed) as tf.Tensor4D;

/** Length of each example of [B, …]. */
const lengths = (u: tf.Tensor) => tf.norm(tf.reshape(u, [u.shape[0] ?? 1, -1]), 2, 1).dataSync();

const SETS: DirectionSet['kind'][] = ['frame-difference', 'patch', 'principal-components', 'rademacher', 'gaussian'];

onEveryEngine(() => {
  let table: NoiseTable;
  let sets: Record<DirectionSet['kind'], DirectionSet>;
  beforeAll(() => {
    table = noiseTable(3);
    const components = tf.reshape(tf.slice(tf.eye(9 * 7 * 3), [0, 0], [20, -1]), [20, 9, 7, 3]);
    sets = {
      'frame-difference': { kind: 'frame-difference' },
      patch: { kind: 'patch', smallest: 2, largest: 4, frames: 'one' },
      'principal-components': { kind: 'principal-components', basis: components },
      rademacher: { kind: 'rademacher' },
      gaussian: { kind: 'gaussian' },
    };
  });
  const source = (step: number) => ({ table, random: randomStream(1, 'direction', step) });
  const draw = (set: DirectionSet, step: number, x = frames(1)) =>
    drawDirections(set, { x, next: frames(2) }, source(step));

  test.each(SETS)('%s: one direction an example, the same at the same step, and nothing left behind', (kind) => {
    const [x, next] = [frames(1), frames(2)];
    const before = tf.memory().numTensors;
    const [once, again, other] = [1, 1, 2].map((step) => drawDirections(sets[kind], { x, next }, source(step)));
    expect(once!.shape).toEqual(SHAPE);
    expect(distance(once!, again!)).toBe(0);
    if (kind !== 'frame-difference') expect(distance(once!, other!)).toBeGreaterThan(0);
    tf.dispose([once!, again!, other!]);
    expect(tf.memory().numTensors).toBe(before);
  });

  const streams = (addresses: number[]) => addresses.map((at) => randomStream(4, 'label', at));

  test.each(SETS)('%s: a direction of an example’s own is the same in any batch, and leaves nothing behind', (kind) => {
    const [x, next] = [frames(1), frames(2)];
    const before = tf.memory().numTensors;
    const whole = directionsByExample(sets[kind], { x, next }, { table, streams: streams([0, 1, 2, 3, 4, 5]) });
    expect(whole.shape).toEqual(SHAPE);
    expect(tf.memory().numTensors).toBe(before + 1);
    const [part, partNext] = [x, next].map((all) => tf.slice(all, [2, 0, 0, 0], [3, -1, -1, -1]));
    const again = directionsByExample(sets[kind], { x: part!, next: partNext }, { table, streams: streams([2, 3, 4]) });
    expect(distance(tf.slice(whole, [2, 0, 0, 0], [3, -1, -1, -1]), again)).toBeLessThan(1e-6);
    const examples = tf.unstack(whole);
    for (const [a, b] of [
      [0, 1],
      [2, 5],
    ] as const)
      expect(distance(examples[a]!, examples[b]!)).toBeGreaterThan(0);
  });

  test.each(['rademacher', 'gaussian'] as const)(
    '%s of an example’s own has E[u uᵀ] = I, within and between',
    (kind) => {
      const [examples, pixels] = [40_000, 8];
      const x = tf.zeros<tf.Rank.R4>([examples, 2, 2, 2]);
      const addresses = Array.from({ length: examples }, (_, i) => i);
      const u = directionsByExample(sets[kind], { x }, { table, streams: streams(addresses) });
      const flat = tf.reshape<tf.Rank.R2>(u, [examples, pixels]);
      expect(distance(tf.div(tf.matMul(tf.transpose(flat), flat), examples), tf.eye(pixels))).toBeLessThan(0.03);
      const [a, b] = tf.split(flat, 2);
      expect(distance(tf.div(tf.matMul(tf.transpose(a!), b!), examples / 2), tf.zeros([pixels, pixels]))).toBeLessThan(
        0.03,
      );
      if (kind === 'rademacher') expect(new Set(u.dataSync())).toEqual(new Set([1, -1]));
    },
  );

  test('noise without a table is refused', () => {
    const draw = () =>
      drawDirections(sets.gaussian, { x: frames(1) }, { table: null, random: randomStream(1, 'noise') });
    expect(draw).toThrow('noise needs a table');
  });

  test.each(['frame-difference', 'patch', 'principal-components'] as const)(
    '%s: every direction has length 1',
    (kind) => {
      for (const length of lengths(draw(sets[kind], 1))) expect(length).toBeCloseTo(1, 5);
    },
  );

  test.each(['rademacher', 'gaussian'] as const)(
    '%s: ‖J u‖² is an unbiased estimate of ‖J‖²_F, and E[u uᵀ] is the identity',
    (kind) => {
      const [examples, pixels, actions, steps] = [1000, 8, 3, 40];
      const jacobian = normals([pixels, actions], 5) as tf.Tensor2D;
      const x = tf.zeros<tf.Rank.R4>([examples, 2, 2, 2]);
      const moments = tf.keep(tf.zeros([pixels, pixels]));
      let [squares, second] = [0, moments];
      for (let step = 0; step < steps; step++) {
        const u = tf.reshape<tf.Rank.R2>(draw(sets[kind], step, x), [examples, pixels]);
        squares += tf.sum(tf.square(tf.matMul(u, jacobian))).dataSync()[0]! / examples / steps;
        second = tf.add(second, tf.div(tf.matMul(tf.transpose(u), u), examples * steps));
      }
      const exact = tf.sum(tf.square(jacobian)).dataSync()[0]!;
      expect(Math.abs(squares / exact - 1)).toBeLessThan(0.02);
      expect(distance(second, tf.eye(pixels))).toBeLessThan(0.03);
    },
  );

  test('frame differences point from an observation to the next, and a still screen gives none', () => {
    const x = tf.tensor4d([0, 0, 0.5, 0.5], [2, 1, 2, 1]);
    const next = tf.tensor4d([0.3, -0.4, 0.5, 0.5], [2, 1, 2, 1]);
    const u = drawDirections({ kind: 'frame-difference' }, { x, next }, source(1));
    expect(distance(u, tf.tensor1d([0.6, -0.8, 0, 0]))).toBeLessThan(1e-6);
  });

  test('a change of one pixel by one grey level still has length 1', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 84, 84, 4]);
    const changed = new Float32Array(x.size).fill(1 / 255, 5, 6);
    const next = tf.tensor4d(changed, x.shape);
    expect(lengths(drawDirections({ kind: 'frame-difference' }, { x, next }, source(1)))[0]).toBeCloseTo(1, 4);
  });

  test('frame differences without the next observations are refused', () => {
    expect(() => drawDirections({ kind: 'frame-difference' }, { x: frames(1) }, source(1))).toThrow(
      'need the next observations',
    );
  });

  test.each(['one', 'all'] as const)(
    'a patch on %s of the frames is a full rectangle of a size within its bounds',
    (on) => {
      const seen = new Set<string>();
      for (let step = 0; step < 20; step++) {
        const set: DirectionSet = { kind: 'patch', smallest: 2, largest: 4, frames: on };
        for (const example of draw(set, step).arraySync()) {
          const lit = example.flatMap((row, y) =>
            row.flatMap((pixel, x) => pixel.flatMap((value, c) => (value === 0 ? [] : [{ y, x, c, value }]))),
          );
          const [ys, xs, cs] = (['y', 'x', 'c'] as const).map((axis) => new Set(lit.map((pixel) => pixel[axis])));
          expect(lit.length).toBe(ys!.size * xs!.size * cs!.size);
          expect(cs!.size).toBe(on === 'one' ? 1 : SHAPE[3]);
          for (const side of [ys!, xs!]) {
            expect(side.size).toBeGreaterThanOrEqual(2);
            expect(side.size).toBeLessThanOrEqual(4);
            expect(Math.max(...side) - Math.min(...side)).toBe(side.size - 1);
          }
          expect(new Set(lit.map(({ value }) => value)).size).toBe(1);
          seen.add(`${ys!.size} ${xs!.size}`);
        }
      }
      expect(seen.size).toBe(9);
    },
  );

  test('a patch that is larger than the frame is the frame', () => {
    const u = draw({ kind: 'patch', smallest: 50, largest: 60, frames: 'all' }, 1);
    expect(distance(u, tf.fill(SHAPE, 1 / Math.sqrt(9 * 7 * 3)))).toBeLessThan(1e-6);
  });

  test('every principal component is drawn, each as often', () => {
    const basis = tf.reshape(tf.eye(4), [4, 2, 2, 1]);
    const x = tf.zeros<tf.Rank.R4>([2000, 2, 2, 1]);
    const u = tf.reshape(draw({ kind: 'principal-components', basis }, 1, x), [2000, 4]);
    for (const share of tf.mean(u, 0).dataSync()) expect(Math.abs(share - 0.25)).toBeLessThan(0.04);
  });
});
