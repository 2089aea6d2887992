import { fileURLToPath } from 'node:url';
import { type DistillInputs } from '@distiller/distillation';
import { type Evaluated, runDistillation, specOf, stepCosts } from '../distillation/run-distillation.ts';
import { type Study } from '../study/study.ts';
import { type AtariCell, type AtariResult, type AtariRow, type Trained, type Tried } from './cells.ts';
import { findings } from './findings.ts';
import { type Game, inputsOf } from './games.ts';
import { type Method, METHOD_NAMES, METHODS } from './methods.ts';

/** What 2 cores can do in some hours; the paper trained on up to 100,000 frames. */
const STEPS = 800;
const COMMON = { batch_size: 64, steps: STEPS, evaluate_every: 80, evaluation_frames: 1000, jacobian_frames: 60 };
const FRACTIONS = [0.05, 0.25, 1];
const SEEDS = [1, 2, 3];
const RATES = [5e-4, 1e-3, 2e-3];
const [TUNE_FRACTION, TUNE_SEED] = [0.25, 101];
const TIMED_STEPS = 24;

const QUICK_STEPS = 400;
const QUICK = {
  student: { preset: 'rusu-4' },
  batch_size: 64,
  steps: QUICK_STEPS,
  evaluate_every: QUICK_STEPS,
  evaluation_frames: 200,
  jacobian_frames: 60,
};
const QUICK_CELLS = (['kl', 'vjp'] as const).map((method): Trained => ({
  stage: 'train',
  game: 'breakout',
  fraction: 0.25,
  method,
  seed: 1,
  learning_rate: 2e-3,
}));

const RECORDINGS = fileURLToPath(new URL('../../../../.data/studies/recordings/', import.meta.url));

/** The paper's distillation of policies. @param folder teachers of Pong and Space Invaders; without it Breakout alone */
export function atari(folder?: string): Study<AtariCell, AtariResult> {
  const games: Game[] = folder ? ['breakout', 'pong', 'space_invaders'] : ['breakout'];
  const opened = new Map<Game, Promise<DistillInputs>>();
  const open = (game: Game) => {
    const inputs = opened.get(game) ?? inputsOf(game, { folder, kept: RECORDINGS });
    opened.set(game, inputs);
    return inputs;
  };
  return {
    name: 'atari',
    title: 'Distilling Atari policies',
    cells: (done, quick) =>
      quick ? QUICK_CELLS : SEEDS.flatMap((seed) => games.flatMap((game) => cellsOf(game, seed, done))),
    run: async (cell, quick) => {
      const inputs = await open(cell.game);
      if (cell.stage === 'cost') return stepCosts(allSpecs(), inputs, TIMED_STEPS);
      return runDistillation(specOf({ ...(quick ? QUICK : COMMON), ...ofCell(cell) }), inputs);
    },
    findings: (rows, quick) => findings(rows, quick),
  };
}

/** Those of one seed: a run that is stopped early has all methods of the first seeds. */
function cellsOf(game: Game, seed: number, done: readonly AtariRow[]): AtariCell[] {
  const tried = METHOD_NAMES.flatMap((method) =>
    RATES.map((learning_rate): Tried => ({ stage: 'tune', game, method, learning_rate })),
  );
  const trained = FRACTIONS.flatMap((fraction) =>
    METHOD_NAMES.flatMap((method): Trained[] => {
      const learning_rate = bestRate(done, game, method);
      return learning_rate === undefined ? [] : [{ stage: 'train', game, fraction, method, seed, learning_rate }];
    }),
  );
  return [...(seed === SEEDS[0] ? [{ stage: 'cost', game } as const, ...tried] : []), ...trained];
}

/** That with the least KL on frames held out, once all were tried; by another seed than those of the runs. */
function bestRate(done: readonly AtariRow[], game: Game, method: Method): number | undefined {
  const tried = done.flatMap(({ cell, result }) =>
    cell.stage === 'tune' && cell.game === game && cell.method === method
      ? [{ rate: cell.learning_rate, kl: (result as Evaluated[]).at(-1)!.kl }]
      : [],
  );
  if (!RATES.every((rate) => tried.some((each) => each.rate === rate))) return undefined;
  return tried.toSorted((a, b) => a.kl - b.kl)[0]?.rate;
}

function ofCell(cell: Tried | Trained): object {
  const [fraction, seed] = cell.stage === 'train' ? [cell.fraction, cell.seed] : [TUNE_FRACTION, TUNE_SEED];
  const optimizer = { kind: 'adam', learning_rate: cell.learning_rate };
  return { loss: METHODS[cell.method], train_fraction: fraction, seed, optimizer };
}

const allSpecs = () =>
  Object.fromEntries(METHOD_NAMES.map((method) => [method, specOf({ ...COMMON, loss: METHODS[method] })]));
