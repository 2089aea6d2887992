import { fileURLToPath } from 'node:url';
import {
  checkTeacher,
  type DistillInputs,
  readStudent,
  type RegisteredTeacher,
  type StoredLabels,
} from '@distiller/distillation';
import { bundledInputs } from '../distillation/bundled-inputs.ts';
import { specOf, stepCosts, trainStudent } from '../distillation/run-distillation.ts';
import { stepsInTime } from '../study/equal-time.ts';
import { type Study } from '../study/study.ts';
import {
  type AtariCell,
  type AtariResult,
  type AtariRow,
  costsOf,
  type Run,
  SIZE_NAMES,
  type Sized,
  type Trained,
  type Tried,
} from './cells.ts';
import { findings } from './findings.ts';
import { type Game, GAMES, inputsOf, labelsOf } from './games.ts';
import { type Method, METHOD_NAMES, METHODS, STORED } from './methods.ts';

/** Of plain KL; every other method gets as many as fit into their time. */
const PLAIN_STEPS = 1200;
const EVALUATIONS = 8;
const COMMON = { batch_size: 64, evaluation_frames: 1000, jacobian_frames: 60 };
const FRACTIONS = [0.01, 0.05, 0.25, 1];
const SEEDS = [1, 2, 3];
const RATES = [1e-3, 2e-3];
/** One game's rates are all games'. */
const [TUNE_GAME, TUNE_FRACTION, TUNE_SEED] = ['breakout', 0.25, 101] as const;
const TIMED_STEPS = 24;
/** Of trained students; of teachers and those beside which other people's numbers stand. */
const [EPISODES, SURE_EPISODES] = [10, 30];
/** A game whose students come to play like their teacher within a minute, and steps for that. */
const [SIZE_GAME, SIZE_STEPS, SIZE_METHOD] = ['space_invaders', 3600, 'kl'] as const;
/** An hour of a game. */
const MAX_EPISODE_FRAMES = 36_000;
const PLAY_SEED = 1000;

const QUICK_STEPS = 400;
const QUICK = { student: { preset: 'rusu-4' }, ...COMMON, evaluation_frames: 200 };
const QUICK_CELLS = (['kl', 'vjp-balanced'] as const).map((method): Trained => ({
  stage: 'train',
  game: 'breakout',
  fraction: 0.25,
  method,
  seed: 1,
  learning_rate: 2e-3,
  steps: QUICK_STEPS,
}));

const RECORDINGS = fileURLToPath(new URL('../../../../.data/studies/recordings/', import.meta.url));

const opened = new Map<Game, Promise<DistillInputs>>();
const labelled = new Map<Game, Promise<StoredLabels>>();

async function open(cell: AtariCell): Promise<DistillInputs> {
  const inputs = await once(opened, cell.game, inputsOf);
  return readsLabels(cell) ? { ...inputs, labels: await once(labelled, cell.game, labelsOf) } : inputs;
}

function once<T>(known: Map<Game, Promise<T>>, game: Game, make: (game: Game, kept: string) => Promise<T>): Promise<T> {
  const made = known.get(game) ?? make(game, RECORDINGS);
  known.set(game, made);
  return made;
}

const readsLabels = (cell: AtariCell) =>
  cell.stage === 'cost-stored' || ('method' in cell && STORED.includes(cell.method));

/** The paper's distillation of policies, in the time that plain KL takes for its steps. */
export const atari: Study<AtariCell, AtariResult> = {
  name: 'atari',
  title: 'Distilling Atari policies',
  cells: (done, quick) => (quick ? QUICK_CELLS : fullCells(done)),
  run: async (cell, quick) => {
    if (quick) return { curve: (await train(cell as Trained, await bundledInputs(), QUICK)).curve };
    const inputs = await open(cell);
    switch (cell.stage) {
      case 'cost':
        return stepCosts(specsOf(METHOD_NAMES.filter((method) => !STORED.includes(method))), inputs, TIMED_STEPS);
      case 'cost-stored':
        return stepCosts(specsOf(['kl', ...STORED]), inputs, TIMED_STEPS);
      case 'teacher':
        return returnsOf(inputs.teacher, SURE_EPISODES);
      case 'tune':
        return { curve: (await train(cell, inputs, COMMON)).curve };
      case 'train':
        return trainAndPlay(cell, inputs);
      case 'size':
        return trainAndPlay(cell, inputs, { student: { preset: cell.student } });
    }
  },
  findings: (rows, quick) => findings(rows, quick),
};

/** Costs first, for they say how many steps; then one seed after the other: a run that is stopped early has all methods of the first. */
function fullCells(done: readonly AtariRow[]): AtariCell[] {
  const timed = (['cost', 'cost-stored'] as const).flatMap((stage) =>
    GAMES.map((game): AtariCell => ({ stage, game })),
  );
  const judged = GAMES.map((game): AtariCell => ({ stage: 'teacher', game }));
  const tried = METHOD_NAMES.flatMap((method) => triedOf(done, method));
  const trained = SEEDS.flatMap((seed) => GAMES.flatMap((game) => trainedOf(done, game, seed)));
  return [...timed, ...judged, ...tried, ...trained, ...SEEDS.flatMap((seed) => sizedOf(done, seed))];
}

function triedOf(done: readonly AtariRow[], method: Method): Tried[] {
  const steps = stepsOf(done, TUNE_GAME, method);
  if (steps === undefined) return [];
  return RATES.map((learning_rate) => ({ stage: 'tune', game: TUNE_GAME, method, learning_rate, steps }));
}

function trainedOf(done: readonly AtariRow[], game: Game, seed: number): Trained[] {
  return FRACTIONS.flatMap((fraction) =>
    METHOD_NAMES.flatMap((method): Trained[] => {
      const steps = stepsOf(done, game, method);
      const learning_rate = bestRate(done, method);
      if (steps === undefined || learning_rate === undefined) return [];
      return [{ stage: 'train', game, fraction, method, seed, learning_rate, steps }];
    }),
  );
}

function sizedOf(done: readonly AtariRow[], seed: number): Sized[] {
  const learning_rate = bestRate(done, SIZE_METHOD);
  if (learning_rate === undefined) return [];
  const common = { method: SIZE_METHOD, seed, learning_rate, steps: SIZE_STEPS };
  return SIZE_NAMES.map((student) => ({ stage: 'size', game: SIZE_GAME, student, ...common }));
}

/** Whole evaluations, in the time of plain KL's steps on the same machine. */
function stepsOf(done: readonly AtariRow[], game: Game, method: Method): number | undefined {
  const costs = costsOf(done, game);
  if (costs[method] === undefined) return undefined;
  return stepsInTime(costs, method, { plain: 'kl', plainSteps: PLAIN_STEPS, unit: EVALUATIONS });
}

/** That with the least KL on frames held out, once all were tried; by another seed than those of the runs. */
function bestRate(done: readonly AtariRow[], method: Method): number | undefined {
  const tried = done.flatMap(({ cell, result }) =>
    cell.stage === 'tune' && cell.method === method
      ? [{ rate: cell.learning_rate, kl: (result as Run).curve.at(-1)!.kl }]
      : [],
  );
  if (!RATES.every((rate) => tried.some((each) => each.rate === rate))) return undefined;
  return tried.toSorted((a, b) => a.kl - b.kl)[0]?.rate;
}

async function trainAndPlay(cell: Trained | Sized, inputs: DistillInputs, overrides: object = {}): Promise<Run> {
  const { curve, student } = await train(cell, inputs, { ...COMMON, ...overrides });
  if (fractionOf(cell) < 1) return { curve };
  const { mean } = await returnsOf(readStudent(student), cell.stage === 'size' ? SURE_EPISODES : EPISODES);
  return { curve, student_return: mean! };
}

function fractionOf(cell: Tried | Trained | Sized): number {
  if (cell.stage === 'tune') return TUNE_FRACTION;
  return cell.stage === 'train' ? cell.fraction : 1;
}

function train(cell: Tried | Trained | Sized, inputs: DistillInputs, common: object) {
  const spec = specOf({
    ...common,
    steps: cell.steps,
    evaluate_every: cell.steps / EVALUATIONS,
    ...teaching(cell.method),
    train_fraction: fractionOf(cell),
    seed: cell.stage === 'tune' ? TUNE_SEED : cell.seed,
    optimizer: { kind: 'adam', learning_rate: cell.learning_rate },
  });
  return trainStudent(spec, inputs);
}

/** Means over episodes from the same seeds, actions sampled. */
async function returnsOf(policy: RegisteredTeacher, episodes: number): Promise<Record<string, number>> {
  const options = { episodes, seed: PLAY_SEED, maxEpisodeFrames: MAX_EPISODE_FRAMES };
  const { teacher, random } = await checkTeacher(policy, options);
  return { mean: teacher.mean, std: teacher.std, random: random.mean };
}

const specsOf = (methods: readonly Method[]) =>
  Object.fromEntries(methods.map((method) => [method, specOf({ ...COMMON, ...teaching(method) })]));

/** A method's loss, and whether the teacher is asked or a file. */
const teaching = (method: Method) => ({
  loss: METHODS[method],
  labels: { kind: STORED.includes(method) ? 'auto' : 'recompute' },
});
