import { type Study } from '../study/study.ts';
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
import { drawPoints, type Points, scaleOf } from './points.ts';
import { stepCosts } from './step-cost.ts';
import { type CurvePoint, train } from './train.ts';

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

/** Shares of the steps after which there are errors. */
const SHARES = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 1];
const [TEST_POINTS, VALIDATION_POINTS] = [5000, 1000];
/** Not among the seeds of the runs: points for tuning are others. */
const [TUNE_SEED, VALIDATION_SEED, TEST_SEED] = [101, 102, 103];

export const regression: Study<RegressionCell, RegressionResult> = {
  name: 'regression',
  title: 'Regression of seven functions with and without their gradients',
  cells: (done, quick) => (quick ? quickCells() : fullCells(done)),
  run: async (cell, quick) => {
    const { steps } = quick ? QUICK : FULL;
    switch (cell.stage) {
      case 'cost':
        return stepCosts(cell.points);
      case 'tune':
        return trainOn(cell, { seed: TUNE_SEED, steps, test: [VALIDATION_POINTS, VALIDATION_SEED], at: [steps] });
      case 'train':
        return trainOn(cell, {
          seed: cell.seed,
          steps,
          test: [TEST_POINTS, TEST_SEED],
          at: SHARES.map((share) => Math.round(share * steps)),
        });
    }
  },
  findings: (rows, quick) => findings(rows, quick ? QUICK : FULL),
};

function fullCells(done: readonly RegressionRow[]): RegressionCell[] {
  const costs = FULL.points.map((points) => ({ stage: 'cost', points }) as const);
  const trials = FULL.points.flatMap((points) => FULL.functions.flatMap((name) => trialsOf(name, points)));
  const tuned = METHODS.flatMap((method) =>
    FULL.points.flatMap((points) =>
      FULL.functions.flatMap((name) => {
        const best = bestSetting(
          done,
          trials.filter((cell) => is(cell, { name, points, method })),
        );
        return best ? FULL.seeds.map((seed) => trainCell({ function: name, points, method, seed }, best)) : [];
      }),
    ),
  );
  return [...costs, ...trials, ...tuned];
}

function trialsOf(name: FunctionName, points: number): TuneCell[] {
  return METHODS.flatMap((method) =>
    settingsOf(method).map((setting) => ({ stage: 'tune' as const, function: name, points, method, ...setting })),
  );
}

const is = (cell: TuneCell, { name, points, method }: { name: FunctionName; points: number; method: Method }) =>
  cell.function === name && cell.points === points && cell.method === method;

/** That with the least error of the values on the validation set, once all were tried. */
function bestSetting(done: readonly RegressionRow[], trials: readonly TuneCell[]): Setting | undefined {
  const errors = new Map(done.flatMap(({ cell, result }) => (cell.stage === 'tune' ? [[nameOf(cell), result]] : [])));
  const tried = trials.map((cell) => ({ cell, curve: errors.get(nameOf(cell)) as CurvePoint[] | undefined }));
  if (tried.some(({ curve }) => !curve)) return undefined;
  return tried.toSorted((a, b) => lastError(a.curve!) - lastError(b.curve!))[0]?.cell;
}

const nameOf = (cell: TuneCell) => Object.values(cell).join();

/** A run that diverged is worse than all others. */
function lastError(curve: readonly CurvePoint[]): number {
  const { value } = curve.at(-1)!;
  return Number.isFinite(value) ? value : Infinity;
}

function trainCell(cell: Omit<TrainCell, 'stage' | keyof Setting>, { learning_rate, alpha }: Setting): TrainCell {
  return { stage: 'train', ...cell, learning_rate, alpha };
}

/** One setting for each method, and nothing is timed. */
function quickCells(): RegressionCell[] {
  const setting = { learning_rate: 3e-3, alpha: 1 };
  return METHODS.flatMap((method) =>
    QUICK.points.flatMap((points) =>
      QUICK.functions.flatMap((name) =>
        QUICK.seeds.map((seed) => trainCell({ function: name, points, method, seed }, setting)),
      ),
    ),
  );
}

interface Occasion {
  seed: number;
  steps: number;
  test: readonly [points: number, seed: number];
  at: readonly number[];
}

/** Values are scaled by those that are trained on; errors are relative, so that it does not show in them. */
function trainOn(cell: TuneCell | TrainCell, { seed, steps, test, at }: Occasion): Promise<CurvePoint[]> {
  const { values } = drawPoints(cell.function, cell.points, { seed });
  const draw = (n: number, drawSeed: number): Points =>
    drawPoints(cell.function, n, { seed: drawSeed, scale: scaleOf(values) });
  const points = { train: draw(cell.points, seed), test: draw(...test) };
  const { method, learning_rate: learningRate, alpha } = cell;
  return train({ method, learningRate, alpha, steps, seed }, points, { at });
}
