import { type JobEvent } from '@distiller/client';
import { expect, test } from 'vitest';
import { createCurve } from './curve.ts';

const metrics = (points: [number, number | null][]) =>
  ({ type: 'metrics', data: { points: points.map(([step, value]) => ({ name: 'loss', step, value })) } }) as JobEvent;

test('the newest loss is told, and the curve is no wider than the terminal', () => {
  const curve = createCurve();
  for (let step = 1; step <= 5_000; step++) curve.add(metrics([[step, step < 5_000 ? 2 : 1]]));
  const lines = curve.lines(60);
  expect(lines[0]).toMatch(/loss [12]/);
  expect(lines.length).toBeGreaterThan(5);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60);
});

test('nothing is drawn of one point, nor of values that are no numbers', () => {
  const curve = createCurve();
  curve.add(metrics([[1, 2]]));
  curve.add(metrics([[2, null]]));
  expect(curve.lines(80)).toEqual([]);
});

test('steps that will be done again are taken back', () => {
  const curve = createCurve();
  curve.add(metrics([1, 2, 3, 4].map((step): [number, number] => [step, step])));
  curve.add({ type: 'status', data: { status: 'running', from_step: 2 } } as JobEvent);
  expect(curve.lines(80)[0]).toContain('loss 2');
});
