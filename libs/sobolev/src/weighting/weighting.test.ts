import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { observe, weigh, type Weighting, weightingInit, weightingNumbers } from './weighting.ts';

interface Step {
  teacherTerm: number;
  norms?: [value: number, derivative: number];
}

/** The weights that a weighting gives for steps that end as told. */
function weights(weighting: Weighting, steps: readonly Step[]): number[] {
  let state = weightingInit(weighting);
  return steps.map(({ teacherTerm, norms = [1, 1] }, index) => {
    const numbers = weightingNumbers(weighting, index + 1).map((number) => tf.scalar(number));
    const now = weigh(weighting, numbers, { state, teacherTerm: tf.scalar(teacherTerm) });
    const [value, derivative] = norms;
    state = observe(weighting, now.state, () => ({ value: tf.scalar(value), derivative: tf.scalar(derivative) }));
    return now.weight.dataSync()[0]!;
  });
}

const repeat = (count: number, step: (index: number) => Step) => Array.from({ length: count }, (_, i) => step(i));

onEveryEngine(() => {
  test('fixed is α, whatever happens', () => {
    const steps = repeat(3, (i) => ({ teacherTerm: 10 ** i, norms: [i, 1] as [number, number] }));
    for (const weight of weights({ kind: 'fixed', alpha: 0.3 }, steps)) expect(weight).toBeCloseTo(0.3, 6);
  });

  test('relative divides α by the mean of what the teacher gave so far', () => {
    const [first, second] = weights({ kind: 'relative', alpha: 2 }, [{ teacherTerm: 4 }, { teacherTerm: 8 }]);
    expect(first).toBeCloseTo(0.5, 6);
    expect(second).toBeCloseTo(2 / ((0.99 * 4 + 8) / 1.99), 5);
  });

  test('balanced begins as relative does and goes to α times the ratio of the gradients', () => {
    const steps = repeat(5, () => ({ teacherTerm: 4, norms: [6, 2] as [number, number] }));
    const [first, second, ...rest] = weights({ kind: 'balanced', alpha: 2 }, steps);
    expect(first).toBeCloseTo(0.5, 5);
    for (const weight of [second!, ...rest]) expect(weight).toBeCloseTo(6, 4);
  });

  test('balanced goes by the means of both gradients, so that one that vanishes for a step decides nothing', () => {
    const norms = [[6, 2] as const, [6, 0] as const, [6, 2] as const].map(([value, derivative]): Step => {
      return { teacherTerm: 4, norms: [value, derivative] };
    });
    const [, second, third, fourth] = weights({ kind: 'balanced', alpha: 2 }, [...norms, norms[0]!]);
    expect(second).toBeCloseTo(6, 4);
    // Means of values 6, 6 and of derivatives 2, 0, the newest with the weight 1, the one before with 0.99.
    expect(third! / ((2 * 6 * 1.99) / (2 * 0.99))).toBeCloseTo(1, 4);
    expect(fourth! / ((2 * 6 * (1 + 0.99 + 0.99 ** 2)) / (2 * (1 + 0.99 ** 2)))).toBeCloseTo(1, 4);
  });

  test('balanced gives at most a thousand times what relative would, however long the gradient is away', () => {
    const all = weights(
      { kind: 'balanced', alpha: 2 },
      repeat(20, () => ({ teacherTerm: 4, norms: [6, 0] as [number, number] })),
    );
    for (const weight of all.slice(1)) expect(weight / (1000 * (2 / 4))).toBeCloseTo(1, 4);
  });

  test('a decay takes α down over the run', () => {
    const decay = { kind: 'linear', finalFraction: 0.5, totalSteps: 4 } as const;
    const steps = repeat(4, () => ({ teacherTerm: 1 }));
    const all = weights({ kind: 'fixed', alpha: 1, decay }, steps);
    for (const [index, expected] of [0.875, 0.75, 0.625, 0.5].entries()) expect(all[index]).toBeCloseTo(expected, 6);
  });
});
