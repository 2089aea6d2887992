import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { distance, normals } from '../../../../test/numbers.ts';
import { principalComponents } from './principal-components.ts';

const [SAMPLES, SHAPE, PIXELS] = [60, [5, 4, 2], 40];

/** Unit vectors that are not along the axes: waves of the cosine transform, which are orthogonal. */
const planted = () => {
  const at = (k: number) =>
    Float32Array.from({ length: PIXELS }, (_, i) => Math.cos((Math.PI * k * (i + 0.5)) / PIXELS));
  return tf.tensor2d([1, 2, 3].map((k) => [...at(k)].map((value) => value * Math.sqrt(2 / PIXELS))));
};

/** Samples around a mean far from 0 that vary by 5, 2 and 1 along the planted vectors, and by `noise` everywhere. */
function observations(noise: number): tf.Tensor {
  const amounts = tf.mul<tf.Tensor2D>(normals([SAMPLES, 3], 1), tf.tensor2d([[5, 2, 1]]));
  const rows = tf.add(tf.matMul(amounts, planted()), tf.mul(normals([SAMPLES, PIXELS], 2), noise));
  return tf.reshape(tf.add(rows, tf.mul(normals([1, PIXELS], 3), 10)), [SAMPLES, ...SHAPE]);
}

const flat = (basis: tf.Tensor) => tf.reshape<tf.Rank.R2>(basis, [basis.shape[0] ?? 1, -1]);

onEveryEngine(() => {
  test('components are orthonormal, and in the shape of an observation', async () => {
    const basis = await principalComponents(observations(0.3), 10);
    expect(basis.shape).toEqual([10, ...SHAPE]);
    expect(distance(tf.matMul(flat(basis), tf.transpose(flat(basis))), tf.eye(10))).toBeLessThan(1e-5);
  });

  test('they span what the observations vary in, and the mean is not among them', async () => {
    const basis = flat(await principalComponents(observations(0.01), 3));
    const coordinates = tf.matMul(planted(), tf.transpose(basis));
    expect(distance(tf.sum(tf.square(coordinates), 1), tf.ones([3]))).toBeLessThan(1e-3);
  });

  test('each has the largest variance that those before it leave, and they come in that order', async () => {
    const rows = flat(observations(0.3));
    const scores = tf.matMul(tf.sub(rows, tf.mean(rows, 0)), tf.transpose(flat(await principalComponents(rows, 6))));
    const variances = tf.mean(tf.square(scores), 0).arraySync() as number[];
    expect(variances).toEqual([...variances].sort((a, b) => b - a));
    const covariance = tf.div(tf.matMul(tf.transpose(scores), scores), SAMPLES);
    expect(distance(covariance, tf.diag(tf.tensor1d(variances)))).toBeLessThan(1e-3);
  });

  test('the same observations give the same bits', async () => {
    const [once, again] = [
      await principalComponents(observations(0.3), 5),
      await principalComponents(observations(0.3), 5),
    ];
    expect(distance(once, again)).toBe(0);
    for (const row of flat(once).arraySync()) expect(Math.max(...row)).toBe(Math.max(...row.map(Math.abs)));
  });

  test('observations that vary in three ways have three components, however many are asked for', async () => {
    expect((await principalComponents(observations(0), 10)).shape[0]).toBe(3);
  });

  test('observations that do not vary are refused', async () => {
    await expect(principalComponents(tf.ones([5, 3, 2]), 2)).rejects.toThrow(RangeError);
  });

  test('nothing is left behind but the components', async () => {
    const given = observations(0.3);
    const before = tf.memory().numTensors;
    (await principalComponents(given, 5)).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
