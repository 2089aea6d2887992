import { bundledInputs } from '../distillation/bundled-inputs.ts';
import { stepsInTime } from '../distillation/equal-time.ts';
import { specOf, stepCosts } from '../distillation/run-distillation.ts';
import { type Study } from '../study/study.ts';
import { type LoopCell, type LoopResult, type Looped, type LoopRow, METHOD_NAMES, METHODS } from './cells.ts';
import { findings } from './findings.ts';
import { runLoop } from './run-loop.ts';

/** Of plain KL; with derivatives as many as fit into their time. */
const PLAIN_STEPS = 36_000;
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
const DATA = { kind: 'closed_loop', rounds: 6, frames_per_round: 8_000, evaluation_episodes: 10 };
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
    quick ? METHOD_NAMES.map((method) => loopCell(method, 1, QUICK_STEPS)) : [{ stage: 'cost' }, ...fullCells(done)],
  run: async (cell, quick) => {
    const { teacher, rollouts } = await bundledInputs();
    if (cell.stage === 'cost') return stepCosts(allSpecs(), { teacher, rollouts }, TIMED_STEPS);
    const { method, seed, steps } = cell;
    const data = quick ? QUICK : { data: DATA };
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
    return runLoop(spec, teacher);
  },
  findings,
};

function fullCells(done: readonly LoopRow[]): Looped[] {
  const costs = done.find(({ cell }) => cell.stage === 'cost')?.result as Record<string, number> | undefined;
  if (!costs) return [];
  // Whole evaluations in each round.
  const unit = DATA.rounds * (DATA.rounds + 1);
  const steps = (method: Looped['method']) => stepsInTime(costs, method, { plainSteps: PLAIN_STEPS, unit });
  return SEEDS.flatMap((seed) => METHOD_NAMES.map((method) => loopCell(method, seed, steps(method))));
}

function loopCell(method: Looped['method'], seed: number, steps: number): Looped {
  return { stage: 'loop', method, seed, steps };
}

/** Recomputed, as in a loop: nothing is stored of frames that were just played. */
const allSpecs = () =>
  Object.fromEntries(METHOD_NAMES.map((method) => [method, specOf({ ...COMMON, loss: METHODS[method] })]));
