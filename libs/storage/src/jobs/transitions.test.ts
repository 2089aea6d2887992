import { expect, test } from 'vitest';
import { isFinal, isLegal, JOB_REQUESTS, JOB_STATUSES, type JobStatus, legalRequests } from './transitions.ts';

/** Written out once more: a way added or lost by mistake shows. */
const WAYS = [
  'null → validating',
  'null → queued',
  'null → paused',
  'validating → queued',
  'validating → failed',
  'validating → cancelled',
  'queued → running',
  'queued → paused',
  'queued → cancelled',
  'running → running',
  'running → pausing',
  'running → paused',
  'running → cancelling',
  'running → succeeded',
  'running → failed',
  'running → cancelled',
  'pausing → paused',
  'pausing → cancelling',
  'pausing → succeeded',
  'pausing → failed',
  'paused → queued',
  'paused → cancelled',
  'cancelling → succeeded',
  'cancelling → failed',
  'cancelling → cancelled',
];

test('of all hundred ways from a status to another, these twenty-five are legal', () => {
  const legal = [null, ...JOB_STATUSES].flatMap((from) =>
    JOB_STATUSES.filter((to) => isLegal(from, to)).map((to) => `${from} → ${to}`),
  );
  expect(legal.sort()).toEqual([...WAYS].sort());
});

const reachable = (from: JobStatus, seen = new Set<JobStatus>()): Set<JobStatus> => {
  for (const to of JOB_STATUSES) if (isLegal(from, to) && !seen.has(to)) reachable(to, seen.add(to));
  return seen;
};

test('a final status leads nowhere, and every other one to an end', () => {
  expect(JOB_STATUSES.filter(isFinal)).toEqual(['succeeded', 'failed', 'cancelled']);
  for (const status of JOB_STATUSES) {
    expect([...reachable(status)].some(isFinal)).toBe(!isFinal(status));
  }
});

test.each<[JobStatus, string]>([
  ['validating', 'cancel'],
  ['queued', 'cancel pause'],
  ['running', 'cancel pause'],
  ['pausing', 'cancel pause'],
  ['paused', 'cancel pause resume'],
  ['cancelling', 'cancel'],
  ['succeeded', ''],
  ['failed', 'retry'],
  ['cancelled', 'cancel retry'],
])('from %s one may ask for: %s', (status, requests) => {
  expect(legalRequests(status).join(' ')).toBe(requests);
});

test('every request is legal from somewhere', () => {
  const somewhere = new Set(JOB_STATUSES.flatMap(legalRequests));
  expect([...somewhere].sort()).toEqual([...JOB_REQUESTS].sort());
});
