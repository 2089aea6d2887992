import { join } from 'node:path';
import { type DistillEvent } from '../events.ts';
import { type RegisteredTeacher } from '../load-policy.ts';
import { type Acting } from '../recording/acting.ts';
import { record } from '../recording/record.ts';
import { type TrainingData } from '../spec/index.ts';

export interface RoundContext {
  data: Extract<TrainingData, { kind: 'closed_loop' }>;
  rounds: number;
  teacher: RegisteredTeacher;
  directory: string;
  seed: number;
  signal: AbortSignal | undefined;
}

/** Games played side by side. */
const GAMES = 16;

/**
 * Records a round's play: round 0 is the teacher's, in the others the student acts, and the teacher in a decaying share of
 * the steps. What lies in the directory of an interrupted recording is gone on with.
 * @returns its file; undefined when it was aborted
 */
export async function* recordRound(
  { data, teacher, directory, seed, signal }: RoundContext,
  round: number,
  student?: RegisteredTeacher,
): AsyncGenerator<DistillEvent, string | undefined> {
  const path = join(directory, `round-${round}.zarr.zip`);
  const acting: Acting = student
    ? { kind: 'mixture', student, beta: data.mix ** round, per: 'step' }
    : { kind: 'sampled' };
  const options = {
    name: 'teacher',
    acting,
    goal: { minFrames: data.frames_per_round },
    numEnvs: GAMES,
    seed: roundSeed(seed, round),
    maxEpisodeFrames: data.max_episode_frames,
    ...(signal && { signal }),
  };
  for await (const event of record(teacher, path, options)) {
    if (event.type === 'progress') {
      const { frames: done, expectedFrames } = event.progress;
      yield { type: 'recording', round, done, total: Math.round(expectedFrames ?? data.frames_per_round) };
    }
    if (event.type === 'finished') {
      const { frames, meanReturn } = event.rollouts;
      yield { type: 'round', round, path, frames, meanReturn };
      return path;
    }
  }
  return undefined;
}

/** Rounds of one job play other games each; jobs with other seeds too. */
function roundSeed(seed: number, round: number): number {
  return (seed + round * 0x9e37_79b1) >>> 0;
}
