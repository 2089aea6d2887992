import * as tf from '@tensorflow/tfjs-core';
import { type Update, type Updated } from './update.ts';

export interface AdamOptions {
  beta1: number;
  beta2: number;
  epsilon: number;
}

export type AdamWOptions = AdamOptions & {
  /** Share of a weight that a step at learning rate 1 would take away. */
  weightDecay: number;
};

/**
 * Adam (Kingma & Ba 2015, algorithm 1). Remembers M = m / (1 − β1) and V = v / (1 − β2), sums and not means of the
 * gradient and of its square: that spares a product each, and with the bias corrections goes into two numbers.
 */
export function adamUpdate({ beta1, beta2, epsilon }: AdamOptions, update: Update): Updated {
  const { gradient, weight, memory, step, learningRate } = update;
  const [first, second] = memory;
  const m = tf.add(tf.mul(first!, beta1), gradient);
  const v = tf.add(tf.mul(second!, beta2), tf.square(gradient));
  // m̂ = M firstScale, √v̂ = √V secondScale.
  const firstScale = (1 - beta1) / (1 - beta1 ** step);
  const secondScale = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
  const rate = (learningRate * firstScale) / secondScale;
  const decrease = tf.mul(tf.div(m, tf.add(tf.sqrt(v), epsilon / secondScale)), rate);
  return { weight: tf.sub(weight, decrease), memory: [m, v] };
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2): w − η λ w, then Adam's step. */
export function adamWUpdate(options: AdamWOptions, update: Update): Updated {
  const kept = 1 - update.learningRate * options.weightDecay;
  return adamUpdate(options, { ...update, weight: tf.mul(update.weight, kept) });
}
