import { type Tensor2D } from '@tensorflow/tfjs-core';
import { logSoftmax } from './log-softmax.ts';

/** Whose derivatives are matched: those of log π (the paper's), or of the logits. */
export type ReadoutName = 'log-policy' | 'logits';

/** What is read from the logits y [B, A], by its Jacobian L of each row. */
export interface Readout {
  /** L t: [B, A] → [B, A]. */
  tangent(t: Tensor2D): Tensor2D;
  /** Lᵀ v: [B, A] → [B, A]. */
  cotangent(v: Tensor2D): Tensor2D;
  /** ∂⟨v, L t⟩/∂y [B, A]; null where L does not depend on y. */
  curvature(t: Tensor2D, v: Tensor2D): Tensor2D | null;
}

/** L = I. */
const LOGITS: Readout = { tangent: (t) => t, cotangent: (v) => v, curvature: () => null };

export function readout(name: ReadoutName, logits: Tensor2D): Readout {
  return name === 'logits' ? LOGITS : logSoftmax(logits);
}
