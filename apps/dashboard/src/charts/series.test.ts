import { expect, test } from 'vitest';
import { alignLines, toLine } from './line.ts';
import { addPoints, continueWith, cutAfter, NO_CURVES } from './series.ts';

const loss = (step: number, value: number) => ({ name: 'loss', step, value, at: 5000 + 1000 * step });

test('a point told twice is drawn once', () => {
  const curves = addPoints(addPoints(NO_CURVES, [loss(1, 3), loss(2, 2)]), [loss(2, 2), loss(3, 1)]);
  expect(curves.get('loss')).toEqual({ steps: [1, 2, 3], values: [3, 2, 1], times: [6000, 7000, 8000] });
});

test('the curve given is left as it was', () => {
  const before = addPoints(NO_CURVES, [loss(1, 3)]);
  addPoints(before, [loss(2, 2)]);
  expect(before.get('loss')?.steps).toEqual([1]);
});

test('a job that goes on from a checkpoint has its steps after it replaced', () => {
  const before = addPoints(NO_CURVES, [loss(1, 3), loss(2, 9), loss(3, 9)]);
  const after = addPoints(cutAfter(before, 1), [loss(2, 2)]);
  expect(after.get('loss')).toMatchObject({ steps: [1, 2], values: [3, 2] });
});

test('what was told live goes on where the rows end', () => {
  const rows = addPoints(NO_CURVES, [loss(1, 3), loss(2, 2)]);
  const told = addPoints(NO_CURVES, [loss(2, 2), loss(7, 1)]);
  expect(continueWith(rows, told).get('loss')).toMatchObject({ steps: [1, 2, 7], values: [3, 2, 1] });
});

test('lines told at different steps share one axis, with gaps', () => {
  const curves = addPoints(NO_CURVES, [loss(1, 3), loss(2, 2), { ...loss(2, 0.5), name: 'kl' }]);
  const lines = ['loss', 'kl', 'absent'].map((name, style) => toLine(curves.get(name), 'step', { label: name, style }));
  const { xs, raw } = alignLines(lines, 0);
  expect(xs).toEqual([1, 2]);
  expect(raw).toEqual([
    [3, 2],
    [null, 0.5],
    [null, null],
  ]);
});

test('the axis counts steps, seconds since the first point, or seconds since 1970', () => {
  const curve = addPoints(NO_CURVES, [loss(1, 3), loss(4, 2)]).get('loss');
  const rest = { label: 'loss', style: 0 };
  expect(toLine(curve, 'step', rest).xs).toEqual([1, 4]);
  expect(toLine(curve, 'relative', rest).xs).toEqual([0, 3]);
  expect(toLine(curve, 'wall', rest).xs).toEqual([6, 9]);
});
