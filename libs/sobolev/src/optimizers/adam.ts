import * as tf from '@tensorflow/tfjs-core';
import { type Weights } from '../network.ts';

export interface AdamOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** Running means of the gradient and of its square, one tensor a weight each. */
export interface AdamState {
  readonly first: Weights;
  readonly second: Weights;
}

export function adamInit(weights: Weights): AdamState {
  return { first: weights.map((w) => tf.zerosLike(w)), second: weights.map((w) => tf.zerosLike(w)) };
}

/**
 * One update of Adam (Kingma & Ba 2015, algorithm 1). Pure: nothing given is changed or disposed.
 * @param step counts from 1
 */
export function adamUpdate(
  { learningRate, beta1, beta2, epsilon }: AdamOptions,
  step: number,
  { weights, gradients, state }: { weights: Weights; gradients: Weights; state: AdamState },
): { weights: tf.Tensor[]; state: AdamState } {
  // The bias corrections go into two numbers, so that no tensor is spent on them.
  const correction = Math.sqrt(1 - beta2 ** step);
  const rate = (learningRate * correction) / (1 - beta1 ** step);
  const first = gradients.map((g, i) => tf.add(tf.mul(state.first[i]!, beta1), tf.mul(g, 1 - beta1)));
  const second = gradients.map((g, i) => tf.add(tf.mul(state.second[i]!, beta2), tf.mul(tf.square(g), 1 - beta2)));
  const updated = weights.map((w, i) =>
    tf.sub(w, tf.mul(tf.div(first[i]!, tf.add(tf.sqrt(second[i]!), epsilon * correction)), rate)),
  );
  return { weights: updated, state: { first, second } };
}
