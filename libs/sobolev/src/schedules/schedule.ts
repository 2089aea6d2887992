/** How a number goes over a run: it stays, or falls to a share of itself. */
export interface Decay {
  kind: 'constant' | 'linear' | 'cosine';
  /** Share that is left at the last step. */
  finalFraction: number;
  /** Steps of the whole run. */
  totalSteps: number;
}

/** How the learning rate goes over a run, after a linear warm-up from zero. */
export interface Schedule extends Decay {
  learningRate: number;
  /** Steps over which the rate rises from 0. */
  warmupSteps: number;
}

/** Learning rate of a step. @param step counts from 1 */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { learningRate, warmupSteps, totalSteps } = schedule;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  return learningRate * decayAt({ ...schedule, totalSteps: totalSteps - warmupSteps }, step - warmupSteps);
}

/** Share that is left at a step, 1 at step 0. @param step counts from 1 */
export function decayAt({ kind, finalFraction, totalSteps }: Decay, step: number): number {
  return finalFraction + (1 - finalFraction) * left(kind, step / Math.max(1, totalSteps));
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
