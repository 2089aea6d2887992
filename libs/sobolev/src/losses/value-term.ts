import { type Tensor2D } from '@tensorflow/tfjs-core';
import { klTerm, type ValueTerm } from './kl.ts';
import { mseTerm } from './mse.ts';
import { nllTerm } from './nll.ts';
import { reverseKlTerm } from './reverse-kl.ts';
import { squaredErrorTerm } from './squared-error.ts';

/**
 * How the student's policy is compared with the teacher's on a frame. Temperatures divide both sets of logits.
 * `squared-error` is for regression: outputs are held against targets as they are.
 */
export type ValueLoss =
  | { kind: 'kl'; temperature: number }
  | { kind: 'reverse-kl'; temperature: number }
  | { kind: 'nll' }
  | { kind: 'mse' }
  | { kind: 'squared-error' };

/** What both say about B examples: the teacher's log-probabilities (or targets) and the student's logits, both [B, A]. */
export interface Answers {
  teacherLogProbs: Tensor2D;
  logits: Tensor2D;
}

/** The term, mean over the batch, and its gradient in the student's logits [B, A]. Of a common shift only `squared-error` knows. */
export function valueTerm(loss: ValueLoss, { teacherLogProbs, logits }: Answers): ValueTerm {
  switch (loss.kind) {
    case 'kl':
      return klTerm(teacherLogProbs, logits, loss.temperature);
    case 'reverse-kl':
      return reverseKlTerm(teacherLogProbs, logits, loss.temperature);
    case 'nll':
      return nllTerm(teacherLogProbs, logits);
    case 'mse':
      return mseTerm(teacherLogProbs, logits);
    case 'squared-error':
      return squaredErrorTerm(teacherLogProbs, logits);
  }
}
