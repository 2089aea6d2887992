import { expect, test } from 'vitest';
import { type Labels } from '../labels.ts';
import { confusion } from './held-out.ts';

const labels = (favourites: number[]): Labels => ({
  indices: Int32Array.from(favourites, (_, index) => index),
  actions: 3,
  logProbs: Float32Array.from(
    favourites.flatMap((favourite) => [0, 1, 2].map((a) => Math.log(a === favourite ? 0.6 : 0.2))),
  ),
});

test("the confusion matrix has the teacher's most likely action as its row, the student's as its column", () => {
  expect(confusion(labels([0, 0, 2, 1]), labels([0, 1, 1, 1]))).toEqual([
    [1, 1, 0],
    [0, 1, 0],
    [0, 1, 0],
  ]);
});
