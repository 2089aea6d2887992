import { type ImageSet } from '../images/image-set.ts';
import { type Study } from '../study/study.ts';
import { type SplitCell, type SplitResult, type SplitRow, type Trained, type Tried } from './cells.ts';
import { findings } from './findings.ts';
import { type Method, METHODS } from './methods.ts';
import { DIGITS, type Source } from './sources.ts';
import { train } from './train.ts';

const RATES = [3e-4, 1e-3, 3e-3];
const TUNE_SEED = 101;
const QUICK = { splits: [1, 3], seeds: [1], steps: 400, learning_rate: 1e-3 };

/** The paper's table on any images. */
export function syntheticGradients(source: Source = DIGITS): Study<SplitCell, SplitResult> {
  let images: Promise<ImageSet> | undefined;
  return {
    name: source === DIGITS ? 'synthetic-gradients' : `synthetic-gradients-${source.name}`,
    title: 'Synthetic gradients',
    cells: (done, quick) => (quick ? quickCells() : fullCells(source, done)),
    run: async (cell, quick) => {
      images ??= source.open();
      const { method, splits, learning_rate: learningRate } = cell;
      const seed = cell.stage === 'train' ? cell.seed : TUNE_SEED;
      const steps = quick ? QUICK.steps : source.steps;
      const training = { method, splits, learningRate, steps, batch: source.batch, seed };
      return { accuracy: await train(training, await images, cell.stage === 'train' ? 'test' : 'validation') };
    },
    findings: (rows, quick) => findings(rows, quick ? QUICK.splits : source.splits, quick),
  };
}

/** Backpropagation does not know of splits: it is trained once. */
const methodsAt = (splits: number, all: readonly number[]) =>
  METHODS.filter((method) => method !== 'backpropagation' || splits === all[0]);

function fullCells({ splits: all, seeds }: Source, done: readonly SplitRow[]): SplitCell[] {
  return all.flatMap((splits) =>
    methodsAt(splits, all).flatMap((method) => {
      const tried = RATES.map((learning_rate): Tried => ({ stage: 'tune', splits, method, learning_rate }));
      const learning_rate = bestRate(done, { splits, method });
      if (learning_rate === undefined) return tried;
      return [...tried, ...seeds.map((seed): Trained => ({ stage: 'train', splits, method, seed, learning_rate }))];
    }),
  );
}

/** That with the best accuracy on the validation images, once all were tried. */
function bestRate(
  done: readonly SplitRow[],
  { splits, method }: { splits: number; method: Method },
): number | undefined {
  const tried = done.filter(({ cell }) => cell.stage === 'tune' && cell.splits === splits && cell.method === method);
  if (!RATES.every((rate) => tried.some(({ cell }) => cell.learning_rate === rate))) return undefined;
  return tried.toSorted((a, b) => b.result.accuracy - a.result.accuracy)[0]?.cell.learning_rate;
}

function quickCells(): SplitCell[] {
  const { seeds, learning_rate } = QUICK;
  return QUICK.splits.flatMap((splits) =>
    methodsAt(splits, QUICK.splits).flatMap((method) =>
      seeds.map((seed): Trained => ({ stage: 'train', splits, method, seed, learning_rate })),
    ),
  );
}
