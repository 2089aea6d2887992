import * as tf from '@tensorflow/tfjs-core';
import { relative } from './relative.ts';
import { type Rule, type WeightingState } from './rule.ts';
import { inverse } from './running-mean.ts';

/** Share of what the last steps gave that stays; the rest follows the last step. */
const KEPT = 0.999;
/** Share of steps that look back at the last one and not at the first. */
const RECENT = 0.999;

/**
 * Relative loss balancing (ReLoBRaLo: Bischof & Kraus 2021, section 3.2): the term that falls more slowly counts more. With
 * shares s_i(t, t') of a softmax over L_i(t) / L_i(t'), of two terms i,
 *
 *     λ(t) = κ (ρ λ(t−1) + (1−ρ) s(t, 0)) + (1−κ) s(t, t−1)
 *
 * where ρ, a coin in the paper, is here its mean. The factor is λ_derivative / λ_value on top of `relative`'s.
 * Remembers `relative`'s mean, then λ_derivative, and of both terms the first and the last value.
 */
export const lossProgress: Rule = {
  init: () => [...relative.init(), tf.scalar(0.5), tf.scalar(0), tf.scalar(0), tf.scalar(0), tf.scalar(0)],
  factor([mean, share, ...losses], step, teacherTerm) {
    const scale = relative.factor([mean!], step, teacherTerm);
    const ratio = tf.mul<tf.Scalar>(share!, inverse(tf.sub<tf.Scalar>(1, share!)));
    const kept = [share!, ...losses].map((each) => tf.clone(each));
    return { factor: tf.mul(scale.factor, ratio), state: [...scale.state, ...kept] };
  },
  observe([mean, share, firstValue, firstDerivative, lastValue, lastDerivative], step, { value, derivative }) {
    const now = [value, derivative].map((each) => tf.clone(each));
    if (step === 1) return [mean!, share!, ...now, ...now.map((each) => tf.clone(each))];
    const since = (from: [tf.Scalar, tf.Scalar]) => derivativeShare([value, derivative], from);
    const back = tf.mul(since([firstValue!, firstDerivative!]), 1 - RECENT);
    const old = tf.mul(tf.add(tf.mul(share!, RECENT), back), KEPT);
    const next = tf.add<tf.Scalar>(old, tf.mul(since([lastValue!, lastDerivative!]), 1 - KEPT));
    return [mean!, next, firstValue!, firstDerivative!, ...now] as WeightingState;
  },
};

/** Of a softmax over both terms' L(t) / L(t'), the derivative's share. */
function derivativeShare(now: [tf.Scalar, tf.Scalar], before: [tf.Scalar, tf.Scalar]): tf.Scalar {
  const [value, derivative] = now.map((loss, index) => tf.mul<tf.Scalar>(loss, inverse(before[index]!)));
  return tf.sigmoid(tf.sub<tf.Scalar>(derivative!, value!));
}
