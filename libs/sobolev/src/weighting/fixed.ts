import * as tf from '@tensorflow/tfjs-core';
import { type Rule } from './rule.ts';

/** α as it is. */
export const fixed: Rule = {
  init: () => [],
  numbers: () => [],
  factor: (state) => ({ factor: tf.scalar(1), state }),
  observe: (state) => state,
};
