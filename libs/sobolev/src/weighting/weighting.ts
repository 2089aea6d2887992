import * as tf from '@tensorflow/tfjs-core';
import { type Decay, decayAt } from '../schedules/schedule.ts';
import { balanced } from './balanced.ts';
import { fixed } from './fixed.ts';
import { lossProgress } from './loss-progress.ts';
import { relative } from './relative.ts';
import { type Rule, type Seen, type WeightingState } from './rule.ts';

/** How much the derivative term counts: α times what a rule makes of the terms so far. */
export interface Weighting {
  kind: 'fixed' | 'relative' | 'balanced' | 'loss-progress';
  alpha: number;
  /** How α goes over the run; it stays when left out. */
  decay?: Decay;
}

const RULES: Record<Weighting['kind'], Rule> = { fixed, relative, balanced, 'loss-progress': lossProgress };

export const weightingInit = ({ kind }: Weighting): WeightingState => RULES[kind].init();

/** The weight of this step's derivative term, a scalar. @param step counts from 1 */
export function weigh(
  { kind, alpha, decay }: Weighting,
  step: number,
  { state, teacherTerm }: { state: WeightingState; teacherTerm: tf.Scalar },
): { weight: tf.Scalar; state: WeightingState } {
  const { factor, state: next } = RULES[kind].factor(state, step, teacherTerm);
  return { weight: tf.mul(factor, decay ? alpha * decayAt(decay, step) : alpha), state: next };
}

/** What the weighting learns from the step. */
export function observe({ kind }: Weighting, state: WeightingState, step: number, seen: Seen): WeightingState {
  return RULES[kind].observe(state, step, seen);
}
