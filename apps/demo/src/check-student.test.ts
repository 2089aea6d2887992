import { writeSafetensors } from '@distiller/policies/description';
import { expect, test } from 'vitest';
import { maxLogitDifference } from './check-student.ts';

const f32 = (shape: number[], values: number[]) => ({ dtype: 'F32' as const, shape, data: Float32Array.from(values) });

/** One pixel, two actions: logits are weight · pixel + bias. */
const student = writeSafetensors({
  tensors: new Map([
    ['logits.weight', f32([2, 1], [2, -1])],
    ['logits.bias', f32([2], [0.5, 0])],
  ]),
  metadata: {
    layers: JSON.stringify([{ kind: 'flatten' }, { kind: 'dense', units: 2 }]),
    observation: JSON.stringify({ height: 1, width: 1, stack: 1 }),
    actions: JSON.stringify(['NOOP', 'FIRE']),
    contract_hash: 'none',
  },
});

function reference(logits: number[]): Uint8Array {
  const observations = { dtype: 'U8' as const, shape: [2, 1, 1, 1], data: Uint8Array.from([0, 255]) };
  const tensors = new Map<string, typeof observations | ReturnType<typeof f32>>();
  tensors.set('observations', observations).set('logits', f32([2, 2], logits));
  return writeSafetensors({ tensors, metadata: {} });
}

test('a student that gives what the service said it gives differs by nothing', () => {
  expect(maxLogitDifference(student, reference([0.5, 0, 2.5, -1]))).toBe(0);
});

test('the largest difference of all is what counts, whatever its sign', () => {
  expect(maxLogitDifference(student, reference([0.5, 0.25, 3, -1]))).toBe(0.5);
});

test('a logit that is no number does not pass for agreement', () => {
  expect(maxLogitDifference(student, reference([0.5, 0, NaN, -1]))).toBe(Infinity);
});

test('a reference for another number of actions is refused', () => {
  expect(() => maxLogitDifference(student, reference([0.5, 0, 2.5]))).toThrow();
});
