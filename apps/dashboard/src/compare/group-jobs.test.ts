import { type Job } from '@distiller/client';
import { expect, test } from 'vitest';
import { differingFields, groupBySeed, meanLine } from './group-jobs.ts';

const job = (id: string, seed: number, kind: string) =>
  ({
    id,
    student: null,
    spec: {
      kind: 'distillation',
      seed,
      steps: 10,
      loss: { value: { kind }, derivative: { kind: 'none' }, augmentation: [] },
    },
  }) as unknown as Job;

test('jobs that differ in their seed only are one group, named by what sets it apart', () => {
  const jobs = [job('a', 1, 'kl'), job('b', 2, 'kl'), job('c', 1, 'mse')];
  expect(differingFields(jobs)).toEqual(['seed', 'loss.value.kind']);
  expect(groupBySeed(jobs).map(({ name, jobs: members }) => [name, members.map(({ id }) => id)])).toEqual([
    ['kl', ['a', 'b']],
    ['mse', ['c']],
  ]);
});

test('the mean of several seeds has a band, where all of them have a value', () => {
  const line = (ys: (number | null)[], xs = [1, 2, 3]) => ({ label: '', style: 0, xs, ys });
  const mean = meanLine([line([1, 4, 5]), line([3, null, 9]), line([2, 1, 4], [1, 2, 4])], { label: 'all', style: 0 });
  expect(mean).toMatchObject({ label: 'all', xs: [1, 2], ys: [2, null], band: { low: [1, null], high: [3, null] } });
});
