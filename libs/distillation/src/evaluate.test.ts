import { expect, test } from 'vitest';
import { compareLabels } from './evaluate.ts';
import { type Labels } from './labels.ts';
import { evenlySpread } from './observations.ts';

const labels = (rows: number[][]): Labels => ({
  indices: Int32Array.from(rows, (_, index) => index),
  actions: rows[0]!.length,
  logProbs: Float32Array.from(rows.flat(), (probability) => Math.log(probability)),
});

const teacher = labels([
  [0.5, 0.25, 0.25],
  [0.1, 0.8, 0.1],
]);

test('a student that is the teacher has kl and action error zero', () => {
  expect(compareLabels(teacher, teacher)).toEqual({ kl: 0, action_error: 0 });
});

test('kl is KL(teacher ‖ student) in nats, mean over frames, and action error the share of other favourites', () => {
  const student = labels([
    [0.25, 0.5, 0.25],
    [0.1, 0.8, 0.1],
  ]);
  const { kl, action_error } = compareLabels(teacher, student);
  expect(kl).toBeCloseTo((0.5 * Math.log(2) + 0.25 * Math.log(0.5)) / 2, 6);
  expect(action_error).toBe(0.5);
});

test('frames are spread evenly, each in the middle of its stretch', () => {
  const frames = Int32Array.from({ length: 100 }, (_, index) => 1000 + index);
  expect([...evenlySpread(frames, 4)]).toEqual([1012, 1037, 1062, 1087]);
  expect([...evenlySpread(frames, 1000)]).toEqual([...frames]);
});
