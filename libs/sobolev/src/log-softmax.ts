import * as tf from '@tensorflow/tfjs-core';

/** What is read from the logits y [B, A], by its Jacobian L of each row. */
export interface Readout {
  /** L t: [B, A] → [B, A]. */
  tangent(t: tf.Tensor2D): tf.Tensor2D;
  /** Lᵀ v: [B, A] → [B, A]. */
  cotangent(v: tf.Tensor2D): tf.Tensor2D;
  /** ∂⟨v, L t⟩/∂y [B, A]; null where L does not depend on y. */
  curvature(t: tf.Tensor2D, v: tf.Tensor2D): tf.Tensor2D | null;
}

/** log π and π of logits y [B, A], with the Jacobian L = ∂log π/∂y = I − 1 πᵀ of each row. */
export interface LogSoftmax extends Readout {
  logProbs: tf.Tensor2D;
  probs: tf.Tensor2D;
}

/** L t = t − 1⟨π, t⟩, Lᵀ v = v − π⟨1, v⟩, and, as L depends on y through π, ∂⟨v, L t⟩/∂y = −⟨1, v⟩ (π∘t − π⟨π, t⟩). */
export function logSoftmax(logits: tf.Tensor2D): LogSoftmax {
  const logProbs = logSoftmaxOf(logits);
  const probs = tf.exp<tf.Tensor2D>(logProbs);
  const mean = (t: tf.Tensor2D) => tf.sum<tf.Tensor2D>(tf.mul(probs, t), 1, true);
  const total = (v: tf.Tensor2D) => tf.sum<tf.Tensor2D>(v, 1, true);
  return {
    logProbs,
    probs,
    tangent: (t) => tf.sub<tf.Tensor2D>(t, mean(t)),
    cotangent: (v) => tf.sub<tf.Tensor2D>(v, tf.mul(probs, total(v))),
    curvature: (t, v) => tf.mul<tf.Tensor2D>(tf.mul(probs, tf.sub(mean(t), t)), total(v)),
  };
}

/** log softmax of each row [B, A], in one operation where the engine has it. */
export function logSoftmaxOf(logits: tf.Tensor2D): tf.Tensor2D {
  if (!tf.getKernel('LogSoftmax', tf.getBackend())) return tf.logSoftmax<tf.Tensor2D>(logits);
  return tf.engine().runKernel<tf.Tensor2D>('LogSoftmax', { logits });
}
