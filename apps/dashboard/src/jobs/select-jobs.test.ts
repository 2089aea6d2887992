import { expect, test } from 'vitest';
import { parseSearch, sortJobs } from './select-jobs.ts';
import { type JobRow, mergeJobs } from './use-summaries.ts';

const job = (id: string, kl: number | null, changes: Partial<JobRow> = {}) =>
  ({
    ...{ id, kind: 'distillation', status: 'succeeded', game: 'pong', loss: 'kl + vjp', teacher: 'mine', preset: null },
    ...{ metadata: { study: 'first' }, step: 10, total_steps: 10, created_at: '2026-01-01T00:00:00Z', seed: 1 },
    metrics: kl === null ? {} : { kl: { min: kl, max: kl, last: kl } },
    ...changes,
  }) as unknown as JobRow;

const JOBS = [job('job_3', 0.3), job('job_2', null, { game: 'breakout', status: 'failed' }), job('job_1', 0.1)];

test.each([
  ['', ['job_3', 'job_2', 'job_1']],
  ['PONG vjp', ['job_3', 'job_1']],
  ['kl<0.2', ['job_1']],
  ['kl>=0.3', ['job_3']],
  ['game:break', ['job_2']],
  ['-failed -kl<0.2', ['job_3']],
  ['/job_[12]/', ['job_2', 'job_1']],
  ['/job_[/', ['job_3', 'job_2', 'job_1']],
  ['study first', ['job_3', 'job_2', 'job_1']],
])('%s finds %j', (search, ids) => {
  const test_ = parseSearch(search);
  expect(JOBS.filter((one) => test_(one, 0)).map(({ id }) => id)).toEqual(ids);
});

test('jobs without a value come last, whichever way it is sorted', () => {
  const sorted = (isDescending: boolean) => sortJobs(JOBS, { column: 'kl_best', isDescending }, 0).map(({ id }) => id);
  expect(sorted(false)).toEqual(['job_1', 'job_3', 'job_2']);
  expect(sorted(true)).toEqual(['job_3', 'job_1', 'job_2']);
});

test('rows that say the same stay the same objects, and new ones come first', () => {
  expect(mergeJobs(JOBS, [job('job_3', 0.3)])).toBe(JOBS);
  const merged = mergeJobs(JOBS, [job('job_3', 0.2), job('job_4', null)]);
  expect(merged.map(({ id }) => id)).toEqual(['job_4', 'job_3', 'job_2', 'job_1']);
  expect(merged[1]?.metrics['kl']?.min).toBe(0.2);
  expect(merged[2]).toBe(JOBS[1]);
});
