import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { observe, weigh, type Weighting, weightingInit } from './weighting.ts';

interface Step {
  teacherTerm: number;
  value: number;
  derivative: number;
  norms?: [value: number, derivative: number];
}

/** The weights that a weighting gives for steps that end as told. */
function weights(weighting: Weighting, steps: readonly Step[]): number[] {
  let state = weightingInit(weighting);
  return steps.map(({ teacherTerm, value, derivative, norms = [1, 1] }, index) => {
    const step = index + 1;
    const now = weigh(weighting, step, { state, teacherTerm: tf.scalar(teacherTerm) });
    state = observe(weighting, now.state, step, {
      value: tf.scalar(value),
      derivative: tf.scalar(derivative),
      gradientNorms: () => ({ value: tf.scalar(norms[0]), derivative: tf.scalar(norms[1]) }),
    });
    return now.weight.dataSync()[0]!;
  });
}

const repeat = (count: number, step: (index: number) => Step) => Array.from({ length: count }, (_, i) => step(i));

onEveryEngine(() => {
  test('fixed is α, whatever happens', () => {
    const steps = repeat(3, (i) => ({ teacherTerm: 10 ** i, value: i, derivative: 1, norms: [i, 1] }));
    for (const weight of weights({ kind: 'fixed', alpha: 0.3 }, steps)) expect(weight).toBeCloseTo(0.3, 6);
  });

  test('relative divides α by the mean of what the teacher gave so far', () => {
    const [first, second] = weights({ kind: 'relative', alpha: 2 }, [
      { teacherTerm: 4, value: 1, derivative: 1 },
      { teacherTerm: 8, value: 1, derivative: 1 },
    ]);
    expect(first).toBeCloseTo(0.5, 6);
    expect(second).toBeCloseTo(2 / ((0.99 * 4 + 8) / 1.99), 5);
  });

  test('balanced begins as relative does and goes to α times the ratio of the gradients', () => {
    const steps = repeat(5, () => ({ teacherTerm: 4, value: 1, derivative: 1, norms: [6, 2] as [number, number] }));
    const [first, second, ...rest] = weights({ kind: 'balanced', alpha: 2 }, steps);
    expect(first).toBeCloseTo(0.5, 5);
    for (const weight of [second!, ...rest]) expect(weight).toBeCloseTo(6, 4);
  });

  test.each([
    { slower: 'derivative', value: 0.9, derivative: 1, sign: 1 },
    { slower: 'value', value: 1, derivative: 0.9, sign: -1 },
  ])('loss-progress gives more weight to the term that falls more slowly: $slower', ({ value, derivative, sign }) => {
    const steps = repeat(60, (i) => ({ teacherTerm: 1, value: value ** i, derivative: derivative ** i }));
    const all = weights({ kind: 'loss-progress', alpha: 1 }, steps);
    expect(all[0]).toBeCloseTo(1, 5);
    expect(sign * (all.at(-1)! - 1)).toBeGreaterThan(1e-3);
  });

  test('a decay takes α down over the run', () => {
    const decay = { kind: 'linear', finalFraction: 0.5, totalSteps: 4 } as const;
    const steps = repeat(4, () => ({ teacherTerm: 1, value: 1, derivative: 1 }));
    const all = weights({ kind: 'fixed', alpha: 1, decay }, steps);
    for (const [index, expected] of [0.875, 0.75, 0.625, 0.5].entries()) expect(all[index]).toBeCloseTo(expected, 6);
  });
});
