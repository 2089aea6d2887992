import * as tf from '@tensorflow/tfjs-core';
import { type RandomStream } from '../random.ts';
import { symmetricBeta } from './symmetric-beta.ts';

/**
 * mixup (Zhang et al. 2018): each example becomes λ x_i + (1 − λ) x_j, with j a random permutation of the batch and λ ~ Beta(α, α)
 * drawn for each example. Labels are not mixed: the teacher is asked about the mixed frame itself, as in function matching
 * (Beyer et al. 2022).
 * @param x [B, H, W, C] in any range; convex combinations stay within it
 * @param alpha > 0; near 0 hardly anything is mixed, 1 makes λ uniform
 */
export function mixup(x: tf.Tensor4D, alpha: number, random: RandomStream): tf.Tensor4D {
  const [batch] = x.shape;
  const partners = tf.tensor2d(permutation(batch, random), [batch, 1], 'int32');
  const shares = Float32Array.from({ length: batch }, () => 1 - symmetricBeta(alpha, random));
  const own = tf.reshape(x, [batch, -1]);
  const other = tf.gatherND(own, partners);
  return tf.reshape(tf.add(own, tf.mul(tf.sub(other, own), tf.tensor2d(shares, [batch, 1]))), x.shape);
}

/** Fisher and Yates's shuffle of 0 … length − 1. */
function permutation(length: number, random: RandomStream): Int32Array {
  const order = Int32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const chosen = random.below(last + 1);
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}
