import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { squaredNorm } from './squared-norm.ts';

onEveryEngine(() => {
  test('the squared norm of a whole batch of pull-backs is right to 1e-5', () => {
    const [batch, pixels] = [200, 21 * 21 * 64];
    const values = Float32Array.from({ length: batch * pixels }, (_, index) => Math.sin(index) + 0.1);
    const exact = values.reduce((sum, value) => sum + value * value, 0);
    const norm = tf.tidy(() => squaredNorm(tf.tensor4d(values, [batch, 21, 21, 64])).dataSync()[0]!);
    expect(Math.abs(norm / exact - 1)).toBeLessThan(1e-5);
  });

  test('a scalar and a vector have squared norms too', () => {
    expect(squaredNorm(tf.scalar(3)).dataSync()[0]).toBe(9);
    expect(squaredNorm(tf.tensor1d([3, 4])).dataSync()[0]).toBe(25);
  });
});
