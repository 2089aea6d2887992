import { expect, test } from 'vitest';
import { atShare } from './at-share.ts';

const curve = [
  { step: 100, error: 8 },
  { step: 200, error: 2 },
  { step: 400, error: 1 },
];
const read = ({ error }: { error: number }) => error;

test('between two points a curve is straight, or straight in its logarithm', () => {
  expect(atShare(curve, 150 / 400, { read })).toBe(5);
  expect(atShare(curve, 150 / 400, { read, scale: 'log' })).toBeCloseTo(4, 12);
});

test('before the first point and after the last it is what these say', () => {
  expect(atShare(curve, 0.01, { read })).toBe(8);
  expect(atShare(curve, 1.5, { read })).toBe(1);
});
