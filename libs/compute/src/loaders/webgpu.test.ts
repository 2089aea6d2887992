import { type WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { distance, normals } from '../../../../test/numbers.ts';
import { loadEngine } from '../load-engine.ts';

const PROGRAM = 'WEBGPU_MATMUL_PROGRAM_TYPE';

describe.runIf(inject('engines').includes('webgpu'))('webgpu', () => {
  let usual: number;

  beforeAll(async () => {
    await loadEngine('webgpu');
    usual = tf.env().getNumber(PROGRAM);
  });
  afterEach(() => tf.env().set(PROGRAM, usual));

  const backend = () => tf.backend() as WebGPUBackend;
  const random = (shape: [number, number], seed: number) => normals(shape, seed) as tf.Tensor2D;

  test('a tensor is read synchronously while another is being read, and both are right', async () => {
    const x = tf.add(tf.tensor1d([1, 2, 3]), 1);
    const underWay = tf.mul(x, 2).data();
    expect([...tf.mul(x, 3).dataSync()]).toEqual([6, 9, 12]);
    expect([...(await underWay)]).toEqual([4, 6, 8]);
    expect([...(await tf.mul(x, 4).data())]).toEqual([8, 12, 16]);
  });

  test('integers and booleans are read as what they are', () => {
    expect([...tf.add(tf.tensor1d([1, -2], 'int32'), tf.scalar(1, 'int32')).dataSync()]).toEqual([2, -1]);
    expect([...tf.greater(tf.tensor1d([1, 2]), 1).dataSync()]).toEqual([0, 1]);
  });

  // The choice of program, which is tfjs's and depends on the size, is what runs on a GPU.
  test.each([
    ['reduce', 8, 300, 16],
    ['long and few', 14, 2100, 11],
    ['long and many', 200, 2500, 130],
    ['small tiles', 30, 70, 50],
    ['packed', 150, 20, 150],
  ])('a matrix product is right whatever program computes it: %s', (_, rows, inner, columns) => {
    tf.env().set(PROGRAM, -1);
    const [a, b] = [random([rows, inner], 1), random([inner, columns], 2)];
    const [x, y] = [a.dataSync<'float32'>(), b.dataSync<'float32'>()];
    const expected = Float32Array.from({ length: rows * columns }, (_, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += x[row * inner + k]! * y[k * columns + column]!;
      return sum;
    });
    const reference = tf.tensor2d(expected, [rows, columns]);
    expect(distance(tf.matMul(a, b), reference)).toBeLessThan(1e-5 * inner);
    expect(distance(tf.matMul(tf.transpose(a), b, true), reference)).toBeLessThan(1e-5 * inner);
  });

  test('no product is split over workgroups that add in any order: a job resumed must end in the same bits', () => {
    tf.env().set(PROGRAM, -1);
    tf.matMul(random([20, 2100], 1), random([2100, 9], 2)).dataSync();
    tf.matMul(random([2100, 20], 1), random([9, 2100], 2), true, true).dataSync();
    const image = tf.reshape<tf.Rank.R4>(normals([20 * 8 * 8 * 40], 3), [20, 8, 8, 40]);
    const filter = tf.reshape<tf.Rank.R4>(normals([8 * 8 * 40 * 9], 4), [8, 8, 40, 9]);
    tf.conv2d(image, filter, 1, 'valid').dataSync();
    const programs = Object.keys((tf.backend() as unknown as { pipelineCache: object }).pipelineCache);
    expect(programs.some((key) => /matmulpacked|matMulSmall/i.test(key))).toBe(true);
    expect(programs.filter((key) => /splitk/i.test(key))).toEqual([]);
  });

  test('more terms than a program may have buffers are added, and nothing is left behind', () => {
    const terms = Array.from({ length: 60 }, (_, index) => tf.add(tf.fill([3], index), 0));
    const before = backend().numDataIds();
    const total = tf.addN(terms);
    expect([...total.dataSync()]).toEqual([1770, 1770, 1770]);
    total.dispose();
    expect(backend().numDataIds()).toBe(before);
  });

  // Last: the engine is not used again in this process.
  test('memory that the device does not have is an error, not zeros', () => {
    const tooLarge = tf.fill([1 << 16, 1 << 15], 1);
    expect(() => tf.sum(tooLarge).dataSync()).toThrow(/WebGPU: .*8589934592/);
  });
});
