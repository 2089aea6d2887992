import { type Scalar } from '@tensorflow/tfjs-core';

/** What a rule remembers from step to step. */
export type WeightingState = readonly Scalar[];

/** Norms of both terms' gradients over all weights, that of the derivative before its weight. */
export interface GradientNorms {
  value: Scalar;
  derivative: Scalar;
}

/** How the derivative term's factor follows from what was seen: pure functions of a state. */
export interface Rule {
  init(): WeightingState;
  /** What of the rule depends on the step alone. @param step counts from 1 */
  numbers(step: number): number[];
  /**
   * The factor of a step, before α.
   * @param numbers of the step
   * @param teacherTerm the term of a student without derivatives in this batch, a scalar
   */
  factor(
    state: WeightingState,
    numbers: readonly Scalar[],
    teacherTerm: Scalar,
  ): { factor: Scalar; state: WeightingState };
  /** What the rule learns from the step that had the factor. @param norms computed where they are asked for */
  observe(state: WeightingState, norms: () => GradientNorms): WeightingState;
}
