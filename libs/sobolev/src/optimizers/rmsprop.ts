import * as tf from '@tensorflow/tfjs-core';
import { type Update, type Updated } from './update.ts';

export interface RmsPropOptions {
  /** Of the running mean of squared gradients. */
  decay: number;
  momentum: number;
  epsilon: number;
}

/** RMSProp (Hinton 2012, lecture 6e), as PyTorch has it: v ← ρ v + (1 − ρ) g², b ← μ b + g / (√v + ε), w ← w − η b. */
export function rmsPropUpdate({ decay, momentum, epsilon }: RmsPropOptions, update: Update): Updated {
  const { weights, gradients, learningRate } = update;
  const [means, buffers] = update.state;
  const v = gradients.map((g, i) => tf.add(tf.mul(means![i]!, decay), tf.mul(tf.square(g), 1 - decay)));
  const scaled = gradients.map((g, i) => tf.div(g, tf.add(tf.sqrt(v[i]!), epsilon)));
  const b = buffers ? scaled.map((each, i) => tf.add(tf.mul(buffers[i]!, momentum), each)) : scaled;
  const updated = weights.map((w, i) => tf.sub(w, tf.mul(b[i]!, learningRate)));
  return { weights: updated, state: buffers ? [v, b] : [v] };
}
