import { type Job } from '@distiller/client';
import { expect, test } from 'vitest';
import { compareJobs } from './compare.ts';

const job = (id: string, spec: object, result: object | null) =>
  ({ id, status: 'succeeded', spec, result }) as unknown as Job;

test('what is the same in all specs is left out, and what came of each job is not', () => {
  const lines = compareJobs([
    job('job_a', { seed: 1, loss: { derivative: { kind: 'none' } }, steps: 10 }, { kl: 0.123456, action_error: 0.1 }),
    job(
      'job_b',
      { seed: 1, loss: { derivative: { kind: 'vjp', count: 2 } }, steps: 10 },
      { kl: 0.05, action_error: 0.1 },
    ),
  ]);
  expect(lines.map((line) => line.split(/\s{2,}/))).toEqual([
    ['', 'job_a', 'job_b'],
    ['status', 'succeeded', 'succeeded'],
    ['loss.derivative.kind', 'none', 'vjp'],
    ['loss.derivative.count', '–', '2'],
    ['kl', '0.1235', '0.05'],
    ['action_error', '0.1', '0.1'],
  ]);
});

test('a job without a result has a dash for each number', () => {
  const lines = compareJobs([job('job_a', { steps: 1 }, { kl: 0.5 }), job('job_b', { steps: 2 }, null)]);
  expect(lines.at(-1)?.split(/\s{2,}/)).toEqual(['kl', '0.5', '–']);
});
