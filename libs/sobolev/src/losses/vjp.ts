import * as tf from '@tensorflow/tfjs-core';
import { type Gradients, type Linearization } from '../layers/layer.ts';
import { logSoftmax } from '../log-softmax.ts';
import { squaredNorm } from '../squared-norm.ts';
import { cotangents, type Curvatures, curvatures, output, tangents, twinGradients } from '../network.ts';

/** Directions v [B, A] in action space, with the teacher's pull-back g_t [B, …input] along them. */
export interface Projection {
  v: tf.Tensor2D;
  pullBack: tf.Tensor;
}

/** A derivative term, weighted, with all its gradients but the ordinary backward pass. */
export interface DerivativeTerm {
  /** Scalar, mean over the batch. */
  value: tf.Scalar;
  /** ∂value/∂θ through the twin: one entry a weight, null where the twin does not depend on it. */
  twinGradients: Gradients;
  /** ∂value/∂logits [B, A], to be added to the value term's before the ordinary backward pass. */
  logitsGradient: tf.Tensor2D;
  /** ∂value/∂x at the input of every layer, to be added during the ordinary backward pass. */
  curvatures: Curvatures;
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
 * What remains are the places where J depends on x: log-softmax and smooth layers. Their curvatures go to the ordinary
 * backward pass.
 * Cost: one cotangent, one tangent and one twin gradient pass, 3F of forward FLOPs F.
 *
 * @param points the student linearized at the batch
 * @param projection directions v [B, A] in action space, and the teacher's g_t [B, …input] along them
 * @param weight factor of the whole term; it scales the residual once, and everything that follows is linear in it
 */
export function vjpTerm(
  points: readonly Linearization[],
  { v, pullBack: teacher }: Projection,
  weight: tf.Scalar | number = 1,
): DerivativeTerm {
  const policy = logSoftmax(output(points) as tf.Tensor2D);
  const c = cotangents(points, policy.cotangent(v));
  const difference = tf.sub(c[0]!, teacher);
  const perExample = tf.div(weight, v.shape[0]);
  const t = tangents(points, tf.mul(difference, tf.mul(perExample, 2)));
  return {
    value: tf.mul(squaredNorm(difference), perExample),
    twinGradients: twinGradients(points, t, c),
    logitsGradient: policy.curvature(t.at(-1) as tf.Tensor2D, v),
    curvatures: curvatures(points, t, c),
  };
}
