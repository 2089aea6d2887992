import { isFinal } from '../jobs/transitions.ts';
import { type ChildState, type Move, type SweepRules, type SweepState } from './sweep-state.ts';

/** It has done all that it may before it is compared. */
export function isAtRung({ status, step, stopAtStep }: ChildState): boolean {
  return status === 'paused' && stopAtStep !== null && step >= stopAtStep;
}

/**
 * When every child that has not ended stands at the rung, the best go on and the others end. One that has succeeded before the
 * rung, having trained enough, is compared like any other.
 */
export function rungMoves({ children, rules }: SweepState): Move[] {
  const open = children.filter(({ status, stopAtStep }) => !isFinal(status) && stopAtStep !== null);
  const stopped = open[0]?.stopAtStep ?? null;
  if (stopped === null || !open.every(isAtRung)) return [];
  const rung = rules.rungs.indexOf(stopped);
  const compared = [...open, ...children.filter(({ status }) => status === 'succeeded')];
  const kept = new Set(ranked(compared, rules).slice(0, rules.keeps[rung]));
  // Nobody is left to be compared with.
  const next = kept.size > 1 ? (rules.rungs[rung + 1] ?? null) : null;
  return open.map((child) =>
    kept.has(child) ? { kind: 'promote', job: child.id, stopAtStep: next } : { kind: 'halve', job: child.id },
  );
}

/** The best first; what has no finite value last; of two alike the first. */
export function ranked(children: readonly ChildState[], { goal }: Pick<SweepRules, 'goal'>): ChildState[] {
  const cost = ({ value }: ChildState) => {
    if (value === null || !Number.isFinite(value)) return Infinity;
    return goal === 'minimize' ? value : -value;
  };
  return [...children].sort((a, b) => (cost(a) === cost(b) ? a.index - b.index : cost(a) < cost(b) ? -1 : 1));
}

/** Of those that have succeeded; undefined: none has, or none with a value. */
export function bestOf(children: readonly ChildState[], rules: Pick<SweepRules, 'goal'>): ChildState | undefined {
  const [best] = ranked(
    children.filter(({ status }) => status === 'succeeded'),
    rules,
  );
  return best?.value !== null && Number.isFinite(best?.value) ? best : undefined;
}
