import { type Network } from '@distiller/sobolev';
import { expect, test } from 'vitest';
import { tinySpec } from '../../../test/tiny-distillation.ts';
import { stepOptions } from './step-options.ts';

const network: Network = { inputShape: [4, 4, 1], layers: [] };
const optionsOf = (loss: object) => stepOptions(tinySpec({ loss }), network);

test('the weight of the derivative term goes over the whole run, and its residuals are what was asked for', () => {
  const weight = { kind: 'balanced', alpha: 2, schedule: { kind: 'cosine', final_fraction: 0.1 } };
  expect(optionsOf({ derivative: { kind: 'vjp', norm: 'plain', weight } })).toMatchObject({
    derivative: { norm: 'plain', of: 'log-policy' },
    weighting: { kind: 'balanced', alpha: 2, decay: { kind: 'cosine', finalFraction: 0.1, totalSteps: 12 } },
  });
});

test('the value term is the one that was asked for, with its temperature if it has one', () => {
  expect(optionsOf({ value: { kind: 'reverse-kl', temperature: 3 } }).value).toEqual({
    kind: 'reverse-kl',
    temperature: 3,
  });
  expect(optionsOf({ value: { kind: 'mse' } }).value).toEqual({ kind: 'mse' });
});
