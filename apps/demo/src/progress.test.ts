import { expect, test } from 'vitest';
import { createLines, type JobState } from './progress.ts';

const job: JobState = {
  loss: 'sobolev',
  status: 'running',
  step: 250,
  steps: 1000,
  valueTerm: 0.123456,
  derivativeTerm: 0.5,
  kl: 0.25,
  etaSeconds: 75.2,
};

function linesFor(states: JobState[]): string[] {
  const lines: string[] = [];
  const progress = createLines((line) => lines.push(line));
  for (const state of states) progress.show(state);
  return lines;
}

test('a line tells step, loss terms, kl and the time left', () => {
  expect(linesFor([job])).toEqual(['sobolev step 250/1000  value 0.123  derivative 0.500  kl 0.250  ETA 1 min 15 s']);
});

test('steps between two evaluations are not told', () => {
  expect(linesFor([job, { ...job, step: 251 }, { ...job, step: 500, kl: 0.2 }])).toHaveLength(2);
});

test('a job that waits says so, and the plain one has no derivative term', () => {
  const waiting = { ...job, loss: 'kl', status: 'queued', step: 0 };
  const plain = { ...job, loss: 'kl', derivativeTerm: undefined };
  expect(linesFor([waiting, plain])).toEqual([
    'kl      step 0/1000  queued',
    'kl      step 250/1000  value 0.123  kl 0.250  ETA 1 min 15 s',
  ]);
});
