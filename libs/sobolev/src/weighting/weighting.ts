import * as tf from '@tensorflow/tfjs-core';
import { type Decay, decayAt } from '../schedules/schedule.ts';
import { balanced } from './balanced.ts';
import { fixed } from './fixed.ts';
import { relative } from './relative.ts';
import { type GradientNorms, type Rule, type WeightingState } from './rule.ts';

/** How much the derivative term counts: α times what a rule makes of the terms so far. */
export interface Weighting {
  kind: 'fixed' | 'relative' | 'balanced';
  alpha: number;
  /** How α goes over the run; it stays when left out. */
  decay?: Decay;
}

const RULES: Record<Weighting['kind'], Rule> = { fixed, relative, balanced };

export const weightingInit = ({ kind }: Weighting): WeightingState => RULES[kind].init();

/** What changes from step to step by itself: scalars of `weigh`. @param step counts from 1 */
export function weightingNumbers({ kind, alpha, decay }: Weighting, step: number): number[] {
  return [decay ? alpha * decayAt(decay, step) : alpha, ...RULES[kind].numbers(step)];
}

/** The weight of this step's derivative term, a scalar. @param numbers of this step */
export function weigh(
  { kind }: Weighting,
  [alpha, ...numbers]: readonly tf.Scalar[],
  { state, teacherTerm }: { state: WeightingState; teacherTerm: tf.Scalar },
): { weight: tf.Scalar; state: WeightingState } {
  const { factor, state: next } = RULES[kind].factor(state, numbers, teacherTerm);
  return { weight: tf.mul(factor, alpha!), state: next };
}

/** What the weighting learns from the step. */
export function observe({ kind }: Weighting, state: WeightingState, norms: () => GradientNorms): WeightingState {
  return RULES[kind].observe(state, norms);
}
