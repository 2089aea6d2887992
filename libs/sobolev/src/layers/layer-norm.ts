import * as tf from '@tensorflow/tfjs-core';
import { type Layer, type Linearization } from './layer.ts';
import { remember } from './remember.ts';

/** PyTorch's default. */
const EPSILON = 1e-5;

/**
 * y = γ∘x̂ + β with x̂ = (x − μ) / σ: each example by the mean μ and σ = √(variance + ε) of all its N elements, as
 * PyTorch's `nn.LayerNorm` over the whole example. γ (`weight`) and β (`bias`) have the example's shape. Ba et al. 2016.
 *
 * With m the mean over an example's elements, dμ = m(dx) and dσ = m(x̂∘dx), hence dx̂ = P dx / σ with
 *
 *     P a = a − m(a) − x̂ m(x̂∘a)      (symmetric),      J = diag γ P / σ.
 *
 * | | |
 * |---|---|
 * | tangent | γ∘P t / σ |
 * | cotangent | P(γ∘c) / σ |
 * | gradient | γ: Σ c∘x̂, β: Σ c |
 * | twin gradient, of ⟨c, J t⟩ = ⟨γ∘c, P t⟩ / σ | γ: Σ c∘P t / σ, β: nothing |
 * | curvature, with a = γ∘c | −(m(a∘P t) x̂ + m(x̂∘t) P a + m(x̂∘a) P t) / σ² |
 *
 * The curvature: ⟨a, P t⟩ = ⟨a, t⟩ − N m(a) m(t) − N m(x̂∘a) m(x̂∘t) depends on x through the last product, whose
 * factors have the gradients P a / (N σ) and P t / (N σ), and 1/σ has the gradient −x̂ / (N σ²).
 */
export function layerNorm({ name, inputShape }: { name: string; inputShape: readonly number[] }): Layer {
  const axes = inputShape.map((_, axis) => axis + 1);
  return {
    name,
    outputShape: inputShape,
    parameters: [
      { name: 'weight', shape: inputShape, fanIn: 1, initial: 1 },
      { name: 'bias', shape: inputShape, fanIn: 1 },
    ],
    forward: ([weight, bias], x) => linearize({ weight: weight!, bias: bias!, axes }, x),
  };
}

interface Norm {
  weight: tf.Tensor;
  bias: tf.Tensor;
  /** All but the batch. */
  axes: number[];
}

function linearize({ weight, bias, axes }: Norm, x: tf.Tensor): Linearization {
  const mean = (a: tf.Tensor) => tf.mean(a, axes, true);
  const centred = tf.sub(x, mean(x));
  const inverseSigma = tf.rsqrt(tf.add(mean(tf.square(centred)), EPSILON));
  const xHat = tf.mul(centred, inverseSigma);
  const overlap = (a: tf.Tensor) => mean(tf.mul(xHat, a));
  /** P a / σ. */
  const project = (a: tf.Tensor) => tf.mul(tf.sub(a, tf.add(mean(a), tf.mul(xHat, overlap(a)))), inverseSigma);
  const projectTangent = remember(project);
  return {
    y: tf.add(tf.mul(xHat, weight), bias),
    tangent: (t) => tf.mul(projectTangent(t), weight),
    cotangent: (c) => project(tf.mul(c, weight)),
    gradient: (c) => [tf.sum(tf.mul(c, xHat), 0), tf.sum(c, 0)],
    twinGradient: (t, c) => [tf.sum(tf.mul(c, projectTangent(t)), 0), null],
    curvature: (t, c) => {
      const a = tf.mul(c, weight);
      const [pa, pt] = [project(a), projectTangent(t)];
      const terms = [tf.mul(xHat, mean(tf.mul(a, pt))), tf.mul(pa, overlap(t)), tf.mul(pt, overlap(a))];
      return tf.neg(tf.mul(tf.addN(terms), inverseSigma));
    },
  };
}
