/** How the learning rate goes over a run, after a linear warm-up from zero. */
export interface Schedule {
  kind: 'constant' | 'linear' | 'cosine';
  learningRate: number;
  /** Steps over which the rate rises from 0. */
  warmupSteps: number;
  /** Share of the rate that is left at the last step. */
  finalFraction: number;
  /** Steps of the whole run. */
  totalSteps: number;
}

/** Learning rate of a step. @param step counts from 1 */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { learningRate, warmupSteps, finalFraction, totalSteps } = schedule;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return learningRate * (finalFraction + (1 - finalFraction) * left(schedule.kind, progress));
}

/** Share of the way down that is left, for progress in (0, 1]. Cosine: Loshchilov & Hutter 2017, equation 5. */
function left(kind: Schedule['kind'], progress: number): number {
  switch (kind) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - progress;
    case 'cosine':
      return (1 + Math.cos(Math.PI * progress)) / 2;
  }
}
