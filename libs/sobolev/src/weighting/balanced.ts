import * as tf from '@tensorflow/tfjs-core';
import { type Rule } from './rule.ts';
import { debias, follow, inverse } from './running-mean.ts';

/**
 * Running mean of ‖∇value‖ / ‖∇derivative‖, so that α is the ratio of both terms' gradients (Wang et al. 2021, equation 12,
 * with norms for their largest and mean elements). Remembers that mean; the first step, which has seen none, begins as
 * `relative` does.
 */
export const balanced: Rule = {
  init: () => [tf.scalar(0)],
  factor([mean], step, teacherTerm) {
    return { factor: step === 1 ? inverse(teacherTerm) : debias(mean!, step - 1), state: [tf.clone(mean!)] };
  },
  observe([mean], _step, { gradientNorms }) {
    const { value, derivative } = gradientNorms();
    return [follow(mean!, tf.mul(value, inverse(derivative)))];
  },
};
