import * as tf from '@tensorflow/tfjs-core';
import { type Linearization } from '../layers/layer.ts';
import { cotangents, curvatures, output, tangents, twinGradients } from '../network.ts';
import { readout, type ReadoutName } from '../readout.ts';
import { meanNorm, type Norm, scaleExamples } from './norm.ts';
import { type DerivativeLoss, type DerivativeTerm } from './term.ts';

/** Directions u [B, …input] in pixel space, with the teacher's derivative along them: J_t u [B, A]. */
export interface PushForward {
  u: tf.Tensor;
  pushed: tf.Tensor2D;
}

/** L J u = ∂ log π/∂x · u [B, A] (or of the logits), for the policy linearized at the batch. */
export function pushForward(
  points: readonly Linearization[],
  u: tf.Tensor,
  of: ReadoutName = 'log-policy',
): tf.Tensor2D {
  return readout(of, output(points) as tf.Tensor2D).tangent(tangents(points, u).at(-1) as tf.Tensor2D);
}

/** The jvp term of a student without derivatives: 1/B Σ_b ‖J_t u‖² (or ‖J_t u‖). */
export function pushForwardTerm({ pushed }: PushForward, norm: Norm): tf.Scalar {
  return meanNorm(tf.sum(tf.square(pushed), 1), norm, 1).value;
}

/**
 * Directional Sobolev term by the twin pass: 1/B Σ_b ‖J_s u − J_t u‖² (or ‖·‖), with J the Jacobian of log π in the pixels.
 *
 * The push-forward t_0 = u → t_L is linear in t. Its own backward pass starts from the residual d = L t_L − J_t u, and is
 * the pull-back c_L ∝ Lᵀ d → c_1; as in the vjp term each layer's weights are met through ⟨c, J t⟩.
 * Cost: a tangent, a twin gradient, and a cotangent pass that ends before the pixels, 3F − F1 with F1 that of the first layer.
 *
 * @param points the student linearized at the batch
 */
export function jvpTerm(
  points: readonly Linearization[],
  { u, pushed }: PushForward,
  { norm = 'squared', of = 'log-policy', weight = 1 }: DerivativeLoss = {},
): DerivativeTerm {
  const policy = readout(of, output(points) as tf.Tensor2D);
  const t = tangents(points, u);
  const residual = tf.sub<tf.Tensor2D>(policy.tangent(t.at(-1) as tf.Tensor2D), pushed);
  const { value, slope } = meanNorm(tf.sum(tf.square(residual), 1), norm, weight);
  const scaled = scaleExamples(residual, slope) as tf.Tensor2D;
  const [first, ...rest] = points as [Linearization, ...Linearization[]];
  const c = cotangents(rest, policy.cotangent(scaled));
  return {
    value,
    twinGradients: [...first.twinGradient(u, c[0]!), ...twinGradients(rest, t.slice(1), c)],
    logitsGradient: policy.curvature(t.at(-1) as tf.Tensor2D, scaled),
    curvatures: [null, ...curvatures(rest, t.slice(1), c)],
  };
}
