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
  const { gradient, weight } = update;
  const [learningRate] = update.numbers;
  const [mean, buffer] = update.memory;
  const v = tf.add(tf.mul(mean!, decay), tf.mul(tf.square(gradient), 1 - decay));
  const scaled = tf.div(gradient, tf.add(tf.sqrt(v), epsilon));
  const b = buffer ? tf.add(tf.mul(buffer, momentum), scaled) : scaled;
  return { weight: tf.sub(weight, tf.mul(b, learningRate!)), memory: buffer ? [v, b] : [v] };
}
