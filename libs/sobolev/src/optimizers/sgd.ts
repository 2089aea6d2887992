import * as tf from '@tensorflow/tfjs-core';
import { type Update, type Updated } from './update.ts';

export interface SgdOptions {
  /** 0 for plain gradient descent. */
  momentum: number;
}

/** Stochastic gradient descent with heavy-ball momentum: b ← μ b + g, w ← w − η b. */
export function sgdUpdate({ momentum }: SgdOptions, { weights, gradients, state, learningRate }: Update): Updated {
  const [buffers] = state;
  const b = buffers ? gradients.map((g, i) => tf.add(tf.mul(buffers[i]!, momentum), g)) : gradients;
  const updated = weights.map((w, i) => tf.sub(w, tf.mul(b[i]!, learningRate)));
  return { weights: updated, state: buffers ? [b] : [] };
}
