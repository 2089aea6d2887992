/** Where children of a successive halving are compared, and how many go on from there. */
export interface Rungs {
  /** Steps, ascending, all before the last step. */
  steps: number[];
  /** How many of those that were compared at the same place of `steps` go on. */
  keeps: number[];
}

interface Halving {
  samples: number;
  eta: number;
  min_steps: number;
}

/**
 * Rungs at min_steps · eta^r, as long as that is before the last step and more than one child is left; from each, one in
 * eta goes on (rounded down, at least one).
 */
export function rungsOf({ samples, eta, min_steps: first }: Halving, { steps: last }: { steps: number }): Rungs {
  const rungs: Rungs = { steps: [], keeps: [] };
  let left = samples;
  for (let step = first; step < last && left > 1; step *= eta) {
    left = Math.max(1, Math.floor(left / eta));
    rungs.steps.push(step);
    rungs.keeps.push(left);
  }
  return rungs;
}

/** Why a child cannot be compared at the rungs. */
export function rungFault(
  { min_steps: first }: Halving,
  { steps, evaluate_every: every }: { steps: number; evaluate_every: number },
): string | undefined {
  if (first >= steps) return `the first rung is to be before the last step, ${steps}`;
  if (first % every === 0) return undefined;
  return `no multiple of evaluate_every, ${every}: children are compared as they were evaluated at the rung`;
}

/** Steps that are trained in all, if every child comes as far as it may. */
export function halvingSteps({ steps, keeps }: Rungs, { samples, last }: { samples: number; last: number }): number {
  const stops = [...steps, last];
  const climbing = [samples, ...keeps];
  return stops.reduce((sum, stop, rung) => sum + (climbing[rung] ?? 0) * (stop - (stops[rung - 1] ?? 0)), 0);
}
