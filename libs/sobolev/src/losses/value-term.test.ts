import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { along, distance, inner, normals, slope } from '../../../../test/numbers.ts';
import { type ValueLoss, valueTerm } from './value-term.ts';

const [BATCH, ACTIONS] = [5, 4];

const LOSSES: ValueLoss[] = [
  { kind: 'kl', temperature: 1 },
  { kind: 'kl', temperature: 3 },
  { kind: 'reverse-kl', temperature: 1 },
  { kind: 'reverse-kl', temperature: 0.5 },
  { kind: 'reverse-kl', temperature: 3 },
  { kind: 'nll' },
  { kind: 'mse' },
];

const REGRESSION: ValueLoss = { kind: 'squared-error' };

const logitsOf = (seed: number) => normals([BATCH, ACTIONS], seed) as tf.Tensor2D;
const scalar = (t: tf.Tensor) => t.dataSync()[0]!;
const softmax = (logits: readonly number[], temperature: number) => {
  const powers = logits.map((y) => Math.exp(y / temperature));
  return powers.map((power) => power / powers.reduce((sum, p) => sum + p, 0));
};

onEveryEngine(() => {
  test.each([...LOSSES, REGRESSION])(
    'the gradient of $kind at temperature $temperature is its slope in the logits',
    (loss) => {
      const [teacher, student, direction] = [logitsOf(1), logitsOf(2), logitsOf(3)];
      const value = (h: number) =>
        scalar(
          valueTerm(loss, { teacherLogProbs: teacher, logits: along(student, direction, h) as tf.Tensor2D }).value,
        );
      const { gradient } = valueTerm(loss, { teacherLogProbs: teacher, logits: student });
      expect(gradient.shape).toEqual([BATCH, ACTIONS]);
      expect(inner(gradient, direction)).toBeCloseTo(slope(value, 1e-2), 3);
    },
  );

  test.each(LOSSES)('$kind at temperature $temperature is positive, and the same under a shift of logits', (loss) => {
    const [teacher, student] = [logitsOf(1), logitsOf(2)];
    const shift = normals([BATCH, 1], 4);
    const plain = valueTerm(loss, { teacherLogProbs: teacher, logits: student });
    const shifted = valueTerm(loss, { teacherLogProbs: tf.sub(teacher, shift), logits: tf.add(student, shift) });
    expect(scalar(plain.value)).toBeGreaterThan(0);
    expect(distance(plain.value, shifted.value)).toBeLessThan(1e-5);
    expect(distance(plain.gradient, shifted.gradient)).toBeLessThan(1e-5);
  });

  test.each(LOSSES.filter(({ kind }) => kind !== 'nll'))(
    '$kind at temperature $temperature and its gradient vanish when the policies are the same',
    (loss) => {
      const term = valueTerm(loss, { teacherLogProbs: tf.logSoftmax(logitsOf(1)), logits: logitsOf(1) });
      expect(Math.abs(scalar(term.value))).toBeLessThan(1e-6);
      expect(tf.max(tf.abs(term.gradient)).dataSync()[0]).toBeLessThan(1e-6);
    },
  );

  test('both directions of KL are the sums of their definitions, at every temperature', () => {
    const [teacher, student] = [
      [2, 0.5, -1],
      [-0.5, 1, 0],
    ] as const;
    for (const temperature of [0.5, 1, 4]) {
      const [t, s] = [softmax(teacher, temperature), softmax(student, temperature)];
      const answers = { teacherLogProbs: tf.tensor2d([[...teacher]]), logits: tf.tensor2d([[...student]]) };
      const kl = t.reduce((sum, p, a) => sum + p * Math.log(p / s[a]!), 0);
      const reverse = s.reduce((sum, p, a) => sum + p * Math.log(p / t[a]!), 0);
      expect(scalar(valueTerm({ kind: 'kl', temperature }, answers).value)).toBeCloseTo(kl, 5);
      expect(scalar(valueTerm({ kind: 'reverse-kl', temperature }, answers).value)).toBeCloseTo(reverse, 5);
    }
  });

  test('NLL is −log π_s of the action that the teacher likes best, however sure it is', () => {
    const logits = tf.log<tf.Tensor2D>(
      tf.tensor2d([
        [0.7, 0.2, 0.1],
        [0.25, 0.25, 0.5],
      ]),
    );
    const expected = -(Math.log(0.2) + Math.log(0.5)) / 2;
    for (const certainty of [0.1, 10]) {
      const teacherLogProbs = tf.mul<tf.Tensor2D>(
        tf.tensor2d([
          [0, 2, 1],
          [-2, -3, -1],
        ]),
        certainty,
      );
      expect(scalar(valueTerm({ kind: 'nll' }, { teacherLogProbs, logits }).value)).toBeCloseTo(expected, 5);
    }
  });

  test('MSE is the squared length of the difference of centred logits, mean over the batch', () => {
    const teacherLogProbs = tf.tensor2d([
      [1, 0],
      [-1, -1],
    ]);
    const logits = tf.tensor2d([
      [0, 3],
      [5, 5],
    ]);
    expect(scalar(valueTerm({ kind: 'mse' }, { teacherLogProbs, logits }).value)).toBeCloseTo((4 + 4) / 2, 5);
  });

  test('squared error is that of the outputs as they are: a common shift counts', () => {
    const targets = tf.tensor2d([
      [1, 0],
      [-1, -1],
    ]);
    const shifted = valueTerm(REGRESSION, { teacherLogProbs: targets, logits: tf.add(targets, 3) });
    expect(scalar(shifted.value)).toBeCloseTo((9 + 9 + 9 + 9) / 2, 5);
    expect(Array.from(shifted.gradient.dataSync())).toEqual([3, 3, 3, 3]);
  });
});
