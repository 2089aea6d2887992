import { stepsInTime } from '../study/equal-time.ts';
import { keyOf, type Study } from '../study/study.ts';
import {
  type Extent,
  type RegressionCell,
  type RegressionResult,
  type RegressionRow,
  type TrainCell,
  type TuneCell,
} from './cells.ts';
import { findings } from './findings.ts';
import { FUNCTION_NAMES, type FunctionName } from './functions.ts';
import { type Method, METHODS, type Setting, settingsOf } from './methods.ts';
import { drawPoints, type Points, scaleOf, unitOf } from './points.ts';
import { stepCosts } from './step-cost.ts';
import { type Errors, train } from './train.ts';

const FULL: Extent = {
  functions: FUNCTION_NAMES,
  points: [20, 100, 10_000],
  seeds: [1, 2, 3, 4, 5],
  steps: 2000,
};
const QUICK: Extent = {
  functions: ['booth', 'rosenbrock', 'styblinski-tang'],
  points: [20, 100],
  seeds: [1, 2],
  steps: 300,
};

const [TEST_POINTS, VALIDATION_POINTS] = [5000, 1000];
/** Not among the seeds of the runs: points for tuning are others. Few points differ more from draw to draw. */
const tuneSeeds = (points: number) => (points < 1000 ? [101, 102, 105, 106, 107] : [101, 102]);
const [VALIDATION_SEED, TEST_SEED] = [103, 104];

export const regression: Study<RegressionCell, RegressionResult> = {
  name: 'regression',
  title: 'Regression of seven functions with and without their gradients',
  cells: (done, quick) => (quick ? quickCells() : fullCells(done)),
  run: async (cell) => {
    switch (cell.stage) {
      case 'cost':
        return stepCosts(cell.points);
      case 'tune':
        return trainOn({ ...cell, steps: FULL.steps }, [VALIDATION_POINTS, VALIDATION_SEED]);
      case 'train':
        return trainOn(cell, [TEST_POINTS, TEST_SEED]);
    }
  },
  findings: (rows, quick) => findings(rows, quick ? QUICK : FULL),
};

/** What is fitted by which method. */
interface Problem {
  function: FunctionName;
  points: number;
  method: Method;
}

function fullCells(done: readonly RegressionRow[]): RegressionCell[] {
  const costs = FULL.points.map((points) => ({ stage: 'cost', points }) as const);
  const problems = METHODS.flatMap((method) =>
    FULL.points.flatMap((points) => FULL.functions.map((name): Problem => ({ function: name, points, method }))),
  );
  const tried = problems.flatMap((problem) =>
    settingsOf(problem.method).flatMap((setting) => trials(problem, setting)),
  );
  const errors = new Map(
    done.flatMap(({ cell, result }) => (cell.stage === 'tune' ? [[keyOf(cell), result as Errors] as const] : [])),
  );
  const tuned = problems.flatMap((problem) => {
    const best = bestSetting(problem, errors);
    if (!best) return [];
    return FULL.seeds.flatMap((seed) =>
      stepsOf(done, problem).map((steps) => trainCell({ ...problem, seed }, { ...best, steps })),
    );
  });
  return [...costs, ...tried, ...tuned];
}

function trials(problem: Problem, { learning_rate, alpha }: Setting): TuneCell[] {
  return tuneSeeds(problem.points).map((seed) => ({ stage: 'tune', ...problem, seed, learning_rate, alpha }));
}

/** That with the least error of the values on the validation set, by the geometric mean over draws, once all were tried. */
function bestSetting(problem: Problem, errors: ReadonlyMap<string, Errors>): Setting | undefined {
  const tried = settingsOf(problem.method).map((setting) => ({
    setting,
    found: trials(problem, setting).map((cell) => errors.get(keyOf(cell))),
  }));
  if (tried.some(({ found }) => found.includes(undefined))) return undefined;
  const rank = ({ found }: (typeof tried)[number]) => found.reduce((sum, each) => sum + logError(each!), 0);
  return tried.toSorted((a, b) => rank(a) - rank(b))[0]?.setting;
}

/** A run that diverged is worse than all others. */
function logError({ value }: Errors): number {
  return Number.isFinite(value) ? Math.log(value) : Infinity;
}

/** All steps, and those that take as long as all of values alone. */
function stepsOf(done: readonly RegressionRow[], { points, method }: Problem): number[] {
  if (method === 'value') return [FULL.steps];
  const row = done.find(({ cell }) => cell.stage === 'cost' && cell.points === points);
  const costs = row?.result as Record<Method, number> | undefined;
  if (!costs) return [FULL.steps];
  return [FULL.steps, stepsInTime(costs, method, { plain: 'value', plainSteps: FULL.steps })];
}

function trainCell(
  { function: name, points, method, seed }: Problem & { seed: number },
  { learning_rate, alpha, steps }: Setting & { steps: number },
): TrainCell {
  return { stage: 'train', function: name, points, method, seed, learning_rate, alpha, steps };
}

/** One setting for each method, and nothing is timed. */
function quickCells(): RegressionCell[] {
  const setting = { learning_rate: 3e-3, alpha: 1, steps: QUICK.steps };
  return METHODS.flatMap((method) =>
    QUICK.points.flatMap((points) =>
      QUICK.functions.flatMap((name) =>
        QUICK.seeds.map((seed) => trainCell({ function: name, points, method, seed }, setting)),
      ),
    ),
  );
}

/** Values are scaled by those that are trained on; errors are relative, so that it does not show in them. */
function trainOn(
  { function: name, points: n, method, seed, learning_rate: learningRate, alpha, steps }: Omit<TrainCell, 'stage'>,
  [testPoints, testSeed]: readonly [points: number, seed: number],
): Promise<Errors> {
  const { values } = drawPoints(name, n, { seed });
  const draw = (count: number, drawSeed: number): Points =>
    drawPoints(name, count, { seed: drawSeed, scale: scaleOf(values) });
  const points = { train: draw(n, seed), test: draw(testPoints, testSeed) };
  return train({ method, learningRate, alpha, unit: unitOf(name), steps, seed }, points);
}
