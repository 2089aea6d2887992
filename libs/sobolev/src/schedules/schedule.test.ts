import { expect, test } from 'vitest';
import { learningRateAt, type Schedule } from './schedule.ts';

const schedule = (overrides: Partial<Schedule>): Schedule => ({
  kind: 'constant',
  learningRate: 2,
  warmupSteps: 0,
  finalFraction: 0,
  totalSteps: 10,
  ...overrides,
});

test('a constant rate is the same at the first and the last step', () => {
  expect([1, 10].map((step) => learningRateAt(schedule({}), step))).toEqual([2, 2]);
});

test('a warm-up rises linearly to the whole rate at its last step', () => {
  expect([1, 2, 4, 5].map((step) => learningRateAt(schedule({ warmupSteps: 4 }), step))).toEqual([0.5, 1, 2, 2]);
});

test('linear and cosine both end at the final fraction, cosine being half-way in the middle', () => {
  for (const kind of ['linear', 'cosine'] as const) {
    expect(learningRateAt(schedule({ kind, finalFraction: 0.1 }), 10)).toBeCloseTo(0.2, 12);
    expect(learningRateAt(schedule({ kind }), 5)).toBeCloseTo(1, 12);
  }
  expect(learningRateAt(schedule({ kind: 'cosine' }), 2)).toBeCloseTo(1 + Math.cos(0.2 * Math.PI), 12);
  expect(learningRateAt(schedule({ kind: 'linear' }), 2)).toBeCloseTo(1.6, 12);
});
