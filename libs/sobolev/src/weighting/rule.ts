import { type Scalar } from '@tensorflow/tfjs-core';

/** What a rule remembers from step to step. */
export type WeightingState = readonly Scalar[];

/** What a step ended in. */
export interface Seen {
  /** The value term. */
  value: Scalar;
  /** The derivative term, before its weight. */
  derivative: Scalar;
  /** Norms of both terms' gradients over all weights, that of the derivative before its weight; computed when asked for. */
  gradientNorms: () => { value: Scalar; derivative: Scalar };
}

/** How the derivative term's factor follows from what was seen: pure functions of a state. */
export interface Rule {
  init(): WeightingState;
  /**
   * The factor of a step, before α.
   * @param step counts from 1
   * @param teacherTerm the term of a student without derivatives in this batch, a scalar
   */
  factor(state: WeightingState, step: number, teacherTerm: Scalar): { factor: Scalar; state: WeightingState };
  /** What the rule learns from the step that had the factor. */
  observe(state: WeightingState, step: number, seen: Seen): WeightingState;
}
