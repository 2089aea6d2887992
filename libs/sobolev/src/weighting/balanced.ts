import * as tf from '@tensorflow/tfjs-core';
import { type Rule } from './rule.ts';
import { follow, inverse, seenWeight } from './running-mean.ts';

/**
 * Running mean of ‖∇value‖ / ‖∇derivative‖, so that α is the ratio of both terms' gradients (Wang et al. 2021, equation 12,
 * with norms for their largest and mean elements). Remembers that mean; the first step, which has seen none, begins as
 * `relative` does.
 */
export const balanced: Rule = {
  init: () => [tf.scalar(0)],
  // At the first step the mean is 0, whatever it is divided by, and at all others the second number takes the inverse away.
  numbers: (step) => (step === 1 ? [1, 1] : [seenWeight(step - 1), 0]),
  factor([mean], [seen, first], teacherTerm) {
    const factor = tf.add<tf.Scalar>(tf.div(mean!, seen!), tf.mul(inverse(teacherTerm), first!));
    return { factor, state: [tf.clone(mean!)] };
  },
  observe([mean], norms) {
    const { value, derivative } = norms();
    return [follow(mean!, tf.mul(value, inverse(derivative)))];
  },
};
