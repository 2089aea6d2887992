import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { randomStream } from '../random.ts';
import { gaussianNoise, type NoiseTable, noiseTable, rademacherNoise } from './noise.ts';

const SHAPE = [6, 21, 21, 4];
const SIZE = 6 * 21 * 21 * 4;

const mean = (values: Iterable<number>) => {
  const all = [...values];
  return all.reduce((sum, value) => sum + value, 0) / all.length;
};

/** The first engine's noise, which the others' must repeat. */
let elsewhere: Float32Array | undefined;

onEveryEngine(() => {
  let table: NoiseTable;
  beforeAll(() => {
    table = noiseTable(7);
  });

  const source = (step: number, seed = 1) => ({ table, random: randomStream(seed, 'augmentation', step) });
  const draw = (step: number, std = 1) => gaussianNoise(source(step), SHAPE, std).dataSync<'float32'>();

  test('every column of the table has mean 0 and mean square 1, whatever was drawn', () => {
    expect(Math.max(...tf.abs(tf.mean(table, 0)).dataSync())).toBeLessThan(1e-6);
    expect(Math.max(...tf.abs(tf.sub(tf.mean(tf.square(table), 0), 1)).dataSync())).toBeLessThan(1e-5);
  });

  test('Gaussian noise has its standard deviation and the normal shares within 1, 2 and 3 of it', () => {
    const values = draw(1, 0.05);
    expect(Math.abs(mean(values))).toBeLessThan((4 * 0.05) / Math.sqrt(SIZE));
    expect(Math.sqrt(mean(values.map((value) => value ** 2)))).toBeCloseTo(0.05, 3);
    for (const [sigmas, share] of [
      [1, 0.6827],
      [2, 0.9545],
      [3, 0.9973],
    ] as const)
      expect(
        Math.abs(mean(Array.from(values, (value) => Number(Math.abs(value) < sigmas * 0.05))) - share),
      ).toBeLessThan(0.01);
  });

  test('Rademacher noise is ±1, one as often as the other', () => {
    const values = rademacherNoise(source(1), SHAPE).dataSync();
    expect(new Set(values)).toEqual(new Set([1, -1]));
    expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(SIZE));
  });

  test('noise of two examples, of two pixels apart, and of two steps is uncorrelated', () => {
    const [a, b] = [draw(1), draw(2)];
    const correlation = (offset: number, other: Float32Array) =>
      mean(Array.from(a, (value, index) => value * other[(index + offset) % SIZE]!));
    const bound = 4 / Math.sqrt(SIZE);
    for (const offset of [1, 4, 64, SIZE / 6]) expect(Math.abs(correlation(offset, a))).toBeLessThan(bound);
    expect(Math.abs(correlation(0, b))).toBeLessThan(bound);
  });

  test('over the steps two values of one stretch are uncorrelated, whatever the table holds', () => {
    const alike = tf.concat2d([tf.ones([8192, 64]), tf.fill([8192, 64], -1)], 0);
    const [steps, pairs] = [13, 32];
    let products = 0;
    for (let step = 0; step < steps; step++) {
      const random = randomStream(1, 'augmentation', step);
      const stretch = gaussianNoise({ table: alike, random }, [2 * pairs]).dataSync();
      for (let pair = 0; pair < pairs; pair++) products += stretch[2 * pair]! * stretch[2 * pair + 1]!;
    }
    expect(Math.abs(products / steps / pairs)).toBeLessThan(4 / Math.sqrt(steps * pairs));
  });

  test('a seed and a step mean the same noise, on every engine', () => {
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    const other = gaussianNoise({ table: noiseTable(8), random: randomStream(1, 'augmentation', 3) }, SHAPE);
    expect(draw(3)).not.toEqual(other.dataSync());
    elsewhere ??= draw(3);
    expect(draw(3)).toEqual(elsewhere);
  });

  test('a shape that 64 does not divide is filled to its end', () => {
    const noise = gaussianNoise(source(1), [3, 5, 7]);
    expect(noise.shape).toEqual([3, 5, 7]);
    expect(noise.dataSync().every((value) => value !== 0)).toBe(true);
  });

  test('drawing leaves nothing behind but the noise', () => {
    const before = tf.memory().numTensors;
    gaussianNoise(source(1), SHAPE).dispose();
    rademacherNoise(source(1), SHAPE).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
