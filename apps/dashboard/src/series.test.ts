import { expect, test } from 'vitest';
import { addPoints, align, continueWith, cutAfter, NO_CURVES } from './series.ts';

const loss = (step: number, value: number) => ({ name: 'loss', step, value });

test('a point told twice is drawn once', () => {
  const curves = addPoints(addPoints(NO_CURVES, [loss(1, 3), loss(2, 2)]), [loss(2, 2), loss(3, 1)]);
  expect(curves.get('loss')).toEqual({ steps: [1, 2, 3], values: [3, 2, 1] });
});

test('the curve given is left as it was', () => {
  const before = addPoints(NO_CURVES, [loss(1, 3)]);
  addPoints(before, [loss(2, 2)]);
  expect(before.get('loss')?.steps).toEqual([1]);
});

test('a job that goes on from a checkpoint has its steps after it replaced', () => {
  const before = addPoints(NO_CURVES, [loss(1, 3), loss(2, 9), loss(3, 9)]);
  const after = addPoints(cutAfter(before, 1), [loss(2, 2)]);
  expect(after.get('loss')).toEqual({ steps: [1, 2], values: [3, 2] });
});

test('what was told live goes on where the rows end', () => {
  const rows = addPoints(NO_CURVES, [loss(1, 3), loss(2, 2)]);
  const told = addPoints(NO_CURVES, [loss(2, 2), loss(7, 1)]);
  expect(continueWith(rows, told).get('loss')).toEqual({ steps: [1, 2, 7], values: [3, 2, 1] });
});

test('curves told at different steps share one axis, with gaps', () => {
  const curves = addPoints(NO_CURVES, [loss(1, 3), loss(2, 2), { name: 'kl', step: 2, value: 0.5 }]);
  expect(align(curves, ['loss', 'kl', 'absent'])).toEqual([
    [1, 2],
    [3, 2],
    [null, 0.5],
    [null, null],
  ]);
});
