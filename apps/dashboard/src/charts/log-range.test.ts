import { expect, test } from 'vitest';
import { logRange } from './log-range.ts';

test('an axis ends at one digit each side of its values', () => {
  expect(logRange(0.83, 1.03)).toEqual([0.7, 2]);
  expect(logRange(0.0123, 45)).toEqual([0.01, 50]);
  expect(logRange(3e-7, 96_000)).toEqual([2e-7, 200_000]);
});

test('a single value has room around it, also where it is a power of ten', () => {
  expect(logRange(0.3, 0.3)).toEqual([0.2, 0.4]);
  expect(logRange(1, 1)).toEqual([0.9, 2]);
});
