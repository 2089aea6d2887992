import * as tf from '@tensorflow/tfjs-core';
import { type Gradients, type Linearization } from '../layers/layer.ts';
import { logSoftmax } from '../log-softmax.ts';
import { cotangents, output, tangents, twinGradients } from '../network.ts';

/** A derivative term with all its gradients but the ordinary backward pass. */
export interface DerivativeTerm {
  /** Scalar, mean over the batch, before weighting. */
  value: tf.Scalar;
  /** ∂value/∂θ through the twin: one entry a weight, null where the twin does not depend on it. */
  twinGradients: Gradients;
  /** ∂value/∂logits [B, A], to be added to the value term's before the ordinary backward pass. */
  logitsGradient: tf.Tensor2D;
}

/** The teacher's side: Jᵀ Lᵀ v = ∂⟨log π, v⟩/∂x [B, …input], for the policy linearized at the batch. */
export function pullBack(points: readonly Linearization[], v: tf.Tensor2D): tf.Tensor {
  const policy = logSoftmax(output(points) as tf.Tensor2D);
  return cotangents(points, policy.cotangent(v))[0]!;
}

/**
 * Stochastic Sobolev term by the twin pass: 1/B Σ_b ‖g_s − g_t‖² with g = ∂⟨log π, v⟩/∂x (Czarnecki et al. 2017, eq. 3).
 *
 * The pull-back c_L → c_0 = g_s is linear in c. Its own backward pass therefore starts from the residual
 * r = 2/B (g_s − g_t), is the forward tangent t_0 = r → t_L, and meets each layer's weights through ⟨c, J t⟩ alone.
 * What remains is log-softmax, whose Jacobian depends on the logits: its curvature goes to the ordinary backward pass.
 * Cost: one cotangent, one tangent and one twin gradient pass, 3F of forward FLOPs F.
 *
 * @param points the student linearized at the batch
 * @param teacher g_t [B, …input] for the same directions
 * @param v [B, A] directions in action space
 */
export function vjpTerm(points: readonly Linearization[], teacher: tf.Tensor, v: tf.Tensor2D): DerivativeTerm {
  const policy = logSoftmax(output(points) as tf.Tensor2D);
  const c = cotangents(points, policy.cotangent(v));
  const difference = tf.sub(c[0]!, teacher);
  const batch = v.shape[0];
  const t = tangents(points, tf.mul(difference, 2 / batch));
  return {
    value: tf.div(tf.sum(tf.square(difference)), batch),
    twinGradients: twinGradients(points, t, c),
    logitsGradient: policy.curvature(t.at(-1) as tf.Tensor2D, v),
  };
}
