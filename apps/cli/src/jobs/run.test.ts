import { JobSpec } from '@distiller/distillation/spec';
import { expect, test } from 'vitest';
import { distillationSpec } from './run.ts';

test('a closed loop needs no recorded play, and what is not said is left to the service', () => {
  const spec = distillationSpec({ teacher: 'mine', closedLoop: true });
  expect(spec).toEqual({ kind: 'distillation', teacher: 'mine', data: { kind: 'closed_loop' } });
  expect(JobSpec.safeParse(spec).success).toBe(true);
});

test('with recorded play it begins with that', () => {
  const spec = distillationSpec({ teacher: 'mine', closedLoop: true, rollouts: 'play' });
  expect(spec).toMatchObject({ rollouts: 'play', data: { kind: 'closed_loop' } });
});

test.each([
  ['kl', 'none'],
  ['vjp', 'vjp'],
  ['jvp', 'jvp'],
] as const)('--loss %s is the derivative term %s', (loss, kind) => {
  const spec = JobSpec.parse(distillationSpec({ teacher: 'mine', rollouts: 'play', loss, seed: 0 }));
  expect(spec).toMatchObject({ seed: 0, loss: { derivative: { kind } } });
});

test('nothing to train on is refused', () => {
  expect(() => distillationSpec({ teacher: 'mine' })).toThrow('--closed-loop');
});
