import { type ArcadeOptions, drawVideo, type Video } from '@distiller/arcade';
import { type VideoReport } from '../spec/evaluation-report.ts';
import { type EvaluationFile } from './events.ts';
import { type Player } from './player.ts';
import { type Trace, traceGame } from './trace.ts';

/** Emulator frames a second. */
const EMULATOR_RATE = 60;

export interface Duel {
  game: Omit<ArcadeOptions, 'numEnvs'>;
  /** Names of the actions. */
  actions: readonly string[];
  /** Upper bound, in the emulator's own time. */
  seconds: number;
}

/** Both play the same game; the video shows them side by side. */
export async function filmDuel(
  { game, actions, seconds }: Duel,
  { teacher, student }: { teacher: Player; student: Player },
): Promise<{ report: VideoReport; file: EvaluationFile; teacher: Trace }> {
  const maxSteps = stepsIn(seconds, game.frameSkip);
  const traces = {
    teacher: await traceGame(game, teacher, maxSteps),
    student: await traceGame(game, student, maxSteps),
  };
  const sides = Object.entries(traces).map(([title, { moves, ended }]) => ({ title, moves, ended }));
  const video = await drawVideo({ game: { ...game, numEnvs: 1 }, actions }, sides);
  return {
    report: report(game, video, traces),
    file: { name: 'video.mp4', mediaType: 'video/mp4', bytes: video.bytes },
    teacher: traces.teacher,
  };
}

/** Steps that fill so many seconds of emulator time. */
export function stepsIn(seconds: number, frameSkip: number): number {
  return Math.max(1, Math.floor((seconds * EMULATOR_RATE) / frameSkip));
}

function report(game: Duel['game'], video: Video, traces: { teacher: Trace; student: Trace }): VideoReport {
  return {
    seed: game.seed,
    sticky_action_probability: game.stickyActionProbability,
    seconds: video.frames / video.framesPerSecond,
    frames: video.frames,
    width: video.width,
    height: video.height,
    teacher_return: traces.teacher.return,
    student_return: traces.student.return,
  };
}
