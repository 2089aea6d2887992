import * as tf from '@tensorflow/tfjs-core';
import { type Moment, type Update, type Updated } from './update.ts';

export interface AdamOptions {
  beta1: number;
  beta2: number;
  epsilon: number;
}

export type AdamWOptions = AdamOptions & {
  /** Share of a weight that a step at learning rate 1 would take away. */
  weightDecay: number;
};

/** ε and the rate of `adamUpdate`, which take up the bias corrections: m̂ = M firstScale, √v̂ = √V secondScale. */
export function adamNumbers({ beta1, beta2, epsilon }: AdamOptions, { step, learningRate }: Moment): number[] {
  const firstScale = (1 - beta1) / (1 - beta1 ** step);
  const secondScale = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
  return [epsilon / secondScale, (learningRate * firstScale) / secondScale];
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1). Remembers M = m / (1 − β1) and V = v / (1 − β2), sums and not means of the
 * gradient and of its square: that spares a product each, and with the bias corrections goes into two numbers.
 */
export function adamUpdate({ beta1, beta2 }: AdamOptions, { gradient, weight, memory, numbers }: Update): Updated {
  const [first, second] = memory;
  const [epsilon, rate] = numbers;
  const m = tf.add(tf.mul(first!, beta1), gradient);
  const v = tf.add(tf.mul(second!, beta2), tf.square(gradient));
  const decrease = tf.mul(tf.div(m, tf.add(tf.sqrt(v), epsilon!)), rate!);
  return { weight: tf.sub(weight, decrease), memory: [m, v] };
}

/** Adam's numbers, and the share of a weight that is kept. */
export function adamWNumbers(options: AdamWOptions, moment: Moment): number[] {
  return [...adamNumbers(options, moment), 1 - moment.learningRate * options.weightDecay];
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2): w − η λ w, then Adam's step. */
export function adamWUpdate(options: AdamWOptions, update: Update): Updated {
  return adamUpdate(options, { ...update, weight: tf.mul(update.weight, update.numbers[2]!) });
}
