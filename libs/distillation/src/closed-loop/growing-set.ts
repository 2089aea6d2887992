import { joinFrames, type Rollouts, openRollouts } from '@distiller/rollouts';
import { type DistillEvent } from '../events.ts';
import { label, type Labels } from '../labels.ts';
import { type Observations } from '../observations.ts';
import { type Prepared } from '../prepare.ts';

/** All frames to train on, and what the teacher says of them; the first set's held-out frames are in it and not trained on. */
export interface GrowingSet {
  /** Rounds that were added. */
  readonly rounds: number;
  observations(): Observations;
  labels(): Labels;
  /** Adds a round. @returns whether it was added: not when it was aborted */
  add(round: Rollouts): AsyncGenerator<DistillEvent, boolean>;
}

/** The first set with its labels, and the rounds that were played already. Undefined when it was aborted. */
export async function* growingSet(
  { observations, teacher, train }: Prepared,
  rounds: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<DistillEvent, GrowingSet | undefined> {
  let frames = observations.frames;
  const first = yield* label(teacher, { observations, indices: train }, signal);
  if (!first) return undefined;
  let labels = first;
  let added = 0;
  const set: GrowingSet = {
    get rounds() {
      return added;
    },
    observations: () => ({ ...observations, frames }),
    labels: () => labels,
    async *add(round) {
      const own = await round.loadFrames();
      const indices = Int32Array.from({ length: own.count }, (_, index) => index);
      const known = await round.loadLogProbs();
      const labelled = known
        ? { indices, actions: labels.actions, logProbs: known }
        : yield* label(teacher, { observations: { ...observations, frames: own }, indices }, signal);
      if (!labelled) return false;
      labels = join(labels, labelled, frames.count);
      frames = joinFrames([frames, own]);
      added += 1;
      return true;
    },
  };
  for (const path of rounds) if (!(yield* set.add(await openRollouts(path)))) return undefined;
  return set;
}

/** @param offset how many frames stand before the second's */
function join(first: Labels, second: Labels, offset: number): Labels {
  const indices = new Int32Array(first.indices.length + second.indices.length);
  indices.set(first.indices);
  indices.set(
    second.indices.map((index) => index + offset),
    first.indices.length,
  );
  const logProbs = new Float32Array(first.logProbs.length + second.logProbs.length);
  logProbs.set(first.logProbs);
  logProbs.set(second.logProbs, first.logProbs.length);
  return { indices, actions: first.actions, logProbs };
}
