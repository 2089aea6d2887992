import { type Game, gameTeacher } from '../atari/games.ts';
import { bundledInputs } from '../distillation/bundled-inputs.ts';
import { specOf, stepCosts } from '../distillation/run-distillation.ts';
import { stepsInTime } from '../study/equal-time.ts';
import { type Study } from '../study/study.ts';
import {
  type LoopCell,
  type LoopResult,
  type Looped,
  type LoopRow,
  type Method,
  METHOD_NAMES,
  METHODS,
} from './cells.ts';
import { findings } from './findings.ts';
import { runLoop } from './run-loop.ts';

const SEEDS = [1, 2, 3];
const TIMED_STEPS = 40;
const COMMON = {
  batch_size: 64,
  train_fraction: 1,
  evaluation_frames: 500,
  jacobian_frames: 60,
  // Late rounds are of what the student will meet: a rate that falls ends there.
  optimizer: { kind: 'adam', learning_rate: 1e-3, schedule: { kind: 'cosine', final_fraction: 0.05 } },
};
const ROUNDS = 6;
const DATA = { kind: 'closed_loop', rounds: ROUNDS, evaluation_episodes: 10 };
/** Games by how much their students need; steps are of plain KL, with derivatives as many as fit into their time. */
const EXTENTS = [
  { game: 'space_invaders', plainSteps: 6_000, framesPerRound: 2_000 },
  { game: 'breakout', plainSteps: 36_000, framesPerRound: 8_000 },
] as const satisfies { game: Game; plainSteps: number; framesPerRound: number }[];
const QUICK_STEPS = 200;
const QUICK_DATA = { kind: 'closed_loop', rounds: 1, frames_per_round: 400, evaluation_episodes: 1 };
const QUICK = {
  student: { preset: 'rusu-4' },
  data: { ...QUICK_DATA, max_episode_frames: 1000 },
  held_out_fraction: 0.3,
  evaluation_frames: 200,
};

/** Whether derivatives help where the student meets states of its own, and the teacher says what it would do there. */
export const closedLoop: Study<LoopCell, LoopResult> = {
  name: 'closed-loop',
  title: 'Distilling in a closed loop',
  cells: (done, quick) =>
    quick ? METHOD_NAMES.map((method) => quickCell(method)) : [{ stage: 'cost' }, ...fullCells(done)],
  run: async (cell, quick) => {
    // Networks and pixels of the games are alike, and so are their costs.
    if (cell.stage === 'cost') return stepCosts(allSpecs(), await bundledInputs(), TIMED_STEPS);
    const { game, method, seed, steps } = cell;
    const frames_per_round = EXTENTS.find((extent) => extent.game === game)?.framesPerRound;
    const data = quick ? QUICK : { data: { ...DATA, frames_per_round } };
    const evaluate_every = steps / (quick ? QUICK_DATA : DATA).rounds;
    const spec = specOf({
      ...COMMON,
      ...data,
      rollouts: undefined,
      loss: METHODS[method],
      seed,
      steps,
      evaluate_every,
    });
    return runLoop(spec, await gameTeacher(game));
  },
  findings,
};

function fullCells(done: readonly LoopRow[]): Looped[] {
  const costs = done.find(({ cell }) => cell.stage === 'cost')?.result as Record<string, number> | undefined;
  if (!costs) return [];
  // Whole evaluations in each round.
  const unit = ROUNDS * (ROUNDS + 1);
  return EXTENTS.flatMap(({ game, plainSteps }) =>
    SEEDS.flatMap((seed) =>
      METHOD_NAMES.map((method): Looped => {
        const steps = stepsInTime(costs, method, { plain: 'kl', plainSteps, unit });
        return { stage: 'loop', game, method, seed, steps };
      }),
    ),
  );
}

function quickCell(method: Method): Looped {
  return { stage: 'loop', game: 'breakout', method, seed: 1, steps: QUICK_STEPS };
}

/** Recomputed, as in a loop: nothing is stored of frames that were just played. */
const allSpecs = () =>
  Object.fromEntries(METHOD_NAMES.map((method) => [method, specOf({ ...COMMON, loss: METHODS[method] })]));
