import * as tf from '@tensorflow/tfjs-core';
import { type Rule } from './rule.ts';
import { follow, inverse } from './running-mean.ts';

/** Of what `relative` would give: a student whose derivative term has no gradient for a while would get any weight else. */
const MOST = 1000;

/**
 * ‖∇value‖ over ‖∇derivative‖, of running means of both, so that α is the ratio of both terms' gradients (Wang et al. 2021,
 * equation 12, with norms for their largest and mean elements; there the mean is of the ratios, which one vanishing gradient
 * decides alone). The first step, which has seen none, begins as `relative` does.
 */
export const balanced: Rule = {
  init: () => [tf.scalar(0), tf.scalar(0)],
  numbers: (step) => [step === 1 ? 1 : 0],
  factor([value, derivative], [isFirst], teacherTerm) {
    const relative = inverse(teacherTerm);
    // Both means are debiased alike: their ratio needs none of it. At the first step it is 0.
    const ratio = tf.minimum(tf.mul(value!, inverse(derivative!)), tf.mul(relative, MOST));
    const factor = tf.add<tf.Scalar>(ratio, tf.mul(relative, isFirst!));
    return { factor, state: [tf.clone(value!), tf.clone(derivative!)] };
  },
  observe([value, derivative], norms) {
    const now = norms();
    return [follow(value!, now.value), follow(derivative!, now.derivative)];
  },
};
