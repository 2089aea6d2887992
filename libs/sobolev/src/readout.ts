import { type Tensor2D } from '@tensorflow/tfjs-core';
import { logSoftmax, type Readout } from './log-softmax.ts';

/** Whose derivatives are matched: those of log π (the paper's), or of the logits. */
export type ReadoutName = 'log-policy' | 'logits';

/** L = I. */
const LOGITS: Readout = { tangent: (t) => t, cotangent: (v) => v, curvature: () => null };

export function readout(name: ReadoutName, logits: Tensor2D): Readout {
  return name === 'logits' ? LOGITS : logSoftmax(logits);
}
