import * as tf from '@tensorflow/tfjs-core';
import { type Gradients, type Linearization } from '../layers/layer.ts';
import { cotangents, curvatures, output, tangents, twinGradients } from '../network.ts';
import { readout, type ReadoutName } from '../readout.ts';
import { type MeanNorm, meanNorm, type Norm, scaleExamples } from './norm.ts';
import { type PixelResidual, pixelResidual, type PullBack } from './pixel-residual.ts';
import { type DerivativeLoss, type DerivativeTerm } from './term.ts';

/** Directions v [B, A] in action space, with the teacher's pull-back g_t [B, …input] along them. */
export interface Projection extends PullBack {
  v: tf.Tensor2D;
}

/** Jᵀ Lᵀ v = ∂⟨log π, v⟩/∂x [B, …input] (or of the logits), for the policy linearized at the batch. */
export function pullBack(points: readonly Linearization[], v: tf.Tensor2D, of: ReadoutName = 'log-policy'): tf.Tensor {
  return cotangents(points, readout(of, output(points) as tf.Tensor2D).cotangent(v))[0]!;
}

/** The teacher's side of the term: v with its pull-back and the pull-back's squared norms. */
export function project(teacher: readonly Linearization[], v: tf.Tensor2D, of: ReadoutName = 'log-policy'): Projection {
  const g = pullBack(teacher, v, of);
  return { v, pullBack: g, squaredNorms: tf.sum(tf.reshape(tf.square(g), [v.shape[0], -1]), 1) };
}

/** The vjp term of a student without derivatives: 1/B Σ_b ‖g_t‖² (or ‖g_t‖). */
export function pullBackTerm({ squaredNorms }: Projection, norm: Norm): tf.Scalar {
  return meanNorm(squaredNorms, norm, 1).value;
}

/**
 * Stochastic Sobolev term by the twin pass: 1/B Σ_b ‖g_s − g_t‖² (or ‖g_s − g_t‖) with g = ∂⟨log π, v⟩/∂x
 * (Czarnecki et al. 2017, eq. 3).
 *
 * The pull-back c_L → c_0 = g_s is linear in c. Its own backward pass therefore starts from the residual
 * r = g_s − g_t, is the forward tangent t_0 ∝ r → t_L, and meets each layer's weights through ⟨c, J t⟩ alone.
 * What remains are the places where J depends on x: log-softmax and smooth layers. Their curvatures go to the ordinary
 * backward pass.
 * Cost: one cotangent, one tangent and one twin gradient pass, 3F of forward FLOPs F.
 *
 * @param points the student linearized at the batch
 */
export function vjpTerm(
  points: readonly Linearization[],
  { v, ...teacher }: Projection,
  { norm = 'squared', of = 'log-policy', weight = 1 }: DerivativeLoss = {},
): DerivativeTerm {
  const policy = readout(of, output(points) as tf.Tensor2D);
  const [first, ...rest] = points as [Linearization, ...Linearization[]];
  const c = cotangents(rest, policy.cotangent(v));
  const residual = pixelResidual(first, c[0]!, teacher);
  const { value, slope } = meanNorm(residual.squaredNorms, norm, weight);
  const t = tangents(rest, scaleExamples(residual.tangent, slope));
  return {
    value,
    twinGradients: [...scaled(residual, c[0]!, slope), ...twinGradients(rest, t, c)],
    logitsGradient: policy.curvature(t.at(-1) as tf.Tensor2D, v),
    // Nothing asks for what the first layer would send back into the pixels.
    curvatures: [null, ...curvatures(rest, t, c)],
  };
}

/** The first layer's twin gradient, linear in the other cotangent: a common factor is cheaper on what comes out. */
function scaled(residual: PixelResidual, c: tf.Tensor, slope: MeanNorm['slope']): Gradients {
  if (slope.rank > 0) return residual.twinGradient(scaleExamples(c, slope));
  return residual.twinGradient(c).map((gradient) => gradient && tf.mul(gradient, slope));
}
