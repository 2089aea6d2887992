import { randomStream, type TeacherDerivative } from '@distiller/sobolev';
import { type Draw } from '../draws.ts';

/** What the teacher said of its derivatives, read from a file. */
export interface StoredDerivatives {
  /** Those of a step's examples, k for each. Steps are taken in order, from any one on. */
  take(step: number, draw: Draw): TakenDerivatives | Promise<TakenDerivatives>;
  close(): void | Promise<void>;
}

interface TakenDerivatives {
  derivatives: TeacherDerivative[];
  dispose: () => void;
}

/**
 * Which of the `stored` derivatives of a frame each example takes: `wanted` different ones at random, each as likely, so that
 * over the steps a frame that comes again is matched along all of them.
 * @returns `wanted` arrays [B]
 */
export function chooseStored(
  seed: number,
  step: number,
  { batchSize, stored, wanted }: { batchSize: number; stored: number; wanted: number },
): Int32Array[] {
  const random = randomStream(seed, 'label-choice', step);
  const chosen = Array.from({ length: wanted }, () => new Int32Array(batchSize));
  for (let example = 0; example < batchSize; example++) {
    const numbers = Int32Array.from({ length: stored }, (_, number) => number);
    // The first places of a shuffle (Fisher and Yates).
    for (const [place, own] of chosen.entries()) {
      const other = place + random.below(stored - place);
      [numbers[place], numbers[other]] = [numbers[other]!, numbers[place]!];
      own[example] = numbers[place];
    }
  }
  return chosen;
}
