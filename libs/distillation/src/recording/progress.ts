import { type RecordingProgress } from './record-event.ts';
import { type RecordingPlan } from './recording-plan.ts';

const TOLD_EVERY_MS = 500;

export interface Progress {
  now(): RecordingProgress;
  /** What is to be told now; undefined while the last that was told is fresh. */
  due(): RecordingProgress | undefined;
  finished(episode: { return: number }): void;
}

/** @param earlier the whole episodes of an interrupted recording */
export function createProgress(plan: RecordingPlan, earlier: readonly { return: number }[]): Progress {
  const startedAtMs = performance.now();
  const startedWith = plan.progress().frames;
  const whole = { episodes: earlier.length, return: earlier.reduce((sum, episode) => sum + episode.return, 0) };
  let toldAtMs = startedAtMs;

  const now = (): RecordingProgress => {
    const { frames, expected } = plan.progress();
    const framesPerSecond = ((frames - startedWith) / Math.max(performance.now() - startedAtMs, 1)) * 1000;
    return {
      frames,
      expectedFrames: expected,
      framesPerSecond,
      episodes: whole.episodes,
      meanReturn: whole.episodes > 0 ? whole.return / whole.episodes : null,
      secondsLeft: expected !== null && framesPerSecond > 0 ? Math.max(expected - frames, 0) / framesPerSecond : null,
    };
  };
  return {
    now,
    due() {
      if (performance.now() - toldAtMs < TOLD_EVERY_MS) return undefined;
      toldAtMs = performance.now();
      return now();
    },
    finished(episode) {
      whole.episodes += 1;
      whole.return += episode.return;
    },
  };
}
