import { expect, test } from 'vitest';
import { estimatedFinish, type EstimatedJob } from './estimated-finish.ts';

const job: EstimatedJob = { status: 'running', step: 400, totalSteps: 1000, rate: 2, progressAt: new Date(1_000_000) };

test('the steps that are left, at the measured rate, from the last that was told', () => {
  expect(estimatedFinish(job)).toEqual(new Date(1_000_000 + 300_000));
  expect(estimatedFinish({ ...job, step: 1001 })).toEqual(new Date(1_000_000));
});

test.each<[string, Partial<EstimatedJob>]>([
  ['before anything was measured', { rate: null }],
  ['while nothing moves', { rate: 0 }],
  ['beyond what a date can be', { rate: 1e-300 }],
  ['while it is paused', { status: 'paused' }],
  ['after it has ended', { status: 'succeeded' }],
])('there is no estimate %s', (_when, change) => {
  expect(estimatedFinish({ ...job, ...change })).toBeNull();
});
