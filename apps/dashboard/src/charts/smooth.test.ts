import { expect, test } from 'vitest';
import { smooth } from './smooth.ts';

test('a constant stays what it is from its first point on', () => {
  const xs = [0, 1, 5, 100];
  for (const y of smooth({ xs, ys: xs.map(() => 3) }, 0.9, 100)) expect(y).toBeCloseTo(3, 12);
});

test('the second point is the weighted mean of two, by how far apart they are on the axis', () => {
  const kept = Math.sqrt(0.25) ** 10;
  const [first, second] = smooth({ xs: [0, 1], ys: [1, 0] }, 0.25, 100);
  expect(first).toBe(1);
  expect(second).toBeCloseTo(kept / (kept + 1), 12);
});

test('points that lie further apart pull each other less', () => {
  const near = smooth({ xs: [0, 1], ys: [1, 0] }, 0.5, 1000)[1] ?? 0;
  const far = smooth({ xs: [0, 10], ys: [1, 0] }, 0.5, 1000)[1] ?? 0;
  expect(near).toBeGreaterThan(far);
  expect(far).toBeGreaterThan(0);
});

test('what is not finite is left out, and the average goes on after it', () => {
  const [, gap, after] = smooth({ xs: [0, 1, 2], ys: [1, null, 0] }, 0.5, 1000);
  expect(gap).toBeNull();
  expect(after).toBeCloseTo(smooth({ xs: [0, 2], ys: [1, 0] }, 0.5, 1000)[1] ?? 0, 12);
});
