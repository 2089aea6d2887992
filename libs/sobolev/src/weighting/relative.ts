import * as tf from '@tensorflow/tfjs-core';
import { type Rule } from './rule.ts';
import { debias, follow, inverse } from './running-mean.ts';

/** 1 over a running mean of the teacher's own term: α = 1 means the same on every game. Remembers that mean. */
export const relative: Rule = {
  init: () => [tf.scalar(0)],
  factor([before], step, teacherTerm) {
    const mean = follow(before!, teacherTerm);
    return { factor: inverse(debias(mean, step)), state: [mean] };
  },
  observe: (state) => state,
};
