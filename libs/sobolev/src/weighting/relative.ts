import * as tf from '@tensorflow/tfjs-core';
import { type Rule } from './rule.ts';
import { follow, inverse, seenWeight } from './running-mean.ts';

/** 1 over a running mean of the teacher's own term: α = 1 means the same on every game. Remembers that mean. */
export const relative: Rule = {
  init: () => [tf.scalar(0)],
  numbers: (step) => [seenWeight(step)],
  factor([before], [seen], teacherTerm) {
    const mean = follow(before!, teacherTerm);
    return { factor: inverse(tf.div(mean, seen!)), state: [mean] };
  },
  observe: (state) => state,
};
