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

/** Adam (Kingma & Ba 2015, algorithm 1). Remembers running means of the gradient and of its square. */
export function adamUpdate({ beta1, beta2, epsilon }: AdamOptions, update: Update): Updated {
  const { weights, gradients, step, learningRate } = update;
  const [first, second] = update.state;
  // The bias corrections go into two numbers, so that no tensor is spent on them.
  const correction = Math.sqrt(1 - beta2 ** step);
  const rate = (learningRate * correction) / (1 - beta1 ** step);
  const m = gradients.map((g, i) => tf.add(tf.mul(first![i]!, beta1), tf.mul(g, 1 - beta1)));
  const v = gradients.map((g, i) => tf.add(tf.mul(second![i]!, beta2), tf.mul(tf.square(g), 1 - beta2)));
  const updated = weights.map((w, i) =>
    tf.sub(w, tf.mul(tf.div(m[i]!, tf.add(tf.sqrt(v[i]!), epsilon * correction)), rate)),
  );
  return { weights: updated, state: [m, v] };
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2): w − η λ w, then Adam's step. */
export function adamWUpdate(options: AdamWOptions, update: Update): Updated {
  const kept = 1 - update.learningRate * options.weightDecay;
  const weights = update.weights.map((weight) => tf.mul(weight, kept));
  return adamUpdate(options, { ...update, weights });
}
