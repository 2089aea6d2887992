import * as tf from '@tensorflow/tfjs-core';
import { type Update, type Updated } from './update.ts';

export interface SgdOptions {
  /** 0 for plain gradient descent. */
  momentum: number;
}

/** Stochastic gradient descent with heavy-ball momentum: b ← μ b + g, w ← w − η b. */
export function sgdUpdate({ momentum }: SgdOptions, { gradient, state, learningRate }: Update): Updated {
  const [buffer] = state;
  const b = buffer ? tf.add<tf.Tensor2D>(tf.mul(buffer, momentum), gradient) : gradient;
  return { decrease: tf.mul(b, learningRate), state: buffer ? [b] : [] };
}
