import { JobSpec } from '@distiller/distillation/spec';
import { expect, test } from 'vitest';
import { lossName } from './loss-name.ts';

const nameOf = (loss: unknown) => {
  const spec = JobSpec.parse({ kind: 'distillation', teacher: 'a', rollouts: 'b', loss });
  return lossName({ spec });
};

test.each([
  ['kl + vjp', {}],
  ['kl', { derivative: { kind: 'none' } }],
  ['reverse-kl + vjp', { value: { kind: 'reverse-kl' } }],
  ['mse + jvp (patch)', { value: { kind: 'mse' }, derivative: { kind: 'jvp', directions: 'patch' } }],
  ['nll, noise', { value: { kind: 'nll' }, derivative: { kind: 'none' }, augmentation: [{ kind: 'noise' }] }],
  ['kl + vjp, shift, mixup', { augmentation: [{ kind: 'shift' }, { kind: 'mixup' }] }],
])('%s says what a loss is made of', (name, loss) => {
  expect(nameOf(loss)).toBe(name);
});
