import * as tf from '@tensorflow/tfjs-core';
import { type Update, type Updated } from './update.ts';

export interface SgdOptions {
  /** 0 for plain gradient descent. */
  momentum: number;
}

/** Stochastic gradient descent with heavy-ball momentum: b ← μ b + g, w ← w − η b. */
export function sgdUpdate({ momentum }: SgdOptions, update: Update): Updated {
  const { gradient, weight } = update;
  const [learningRate] = update.numbers;
  const [buffer] = update.memory;
  const b = buffer ? tf.add(tf.mul(buffer, momentum), gradient) : gradient;
  return { weight: tf.sub(weight, tf.mul(b, learningRate!)), memory: buffer ? [b] : [] };
}
