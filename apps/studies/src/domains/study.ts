import { forward, output, tidy } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Study } from '../study/study.ts';
import { type DomainCell, type DomainResult, type DomainRow, type TrainCell, type TuneCell } from './cells.ts';
import { type CurvePoint, distil, type Run } from './distil.ts';
import { type Domain } from './domain.ts';
import { findings } from './findings.ts';
import { type Method, METHODS, type Setting, settingsOf } from './methods.ts';
import { stepCosts } from './step-cost.ts';

const EXAMPLES = [100, 1000, 10_000];
const SEEDS = [1, 2, 3, 4, 5];
const STEPS = 2000;
const SHARES = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 1];
/** Not among the seeds of the runs. */
const TUNE_SEED = 101;

const QUICK = { examples: 100, steps: 300, seeds: [1, 2] };
const QUICK_SETTING: Setting = { learning_rate: 3e-3, strength: 1 };

/** A larger model of another domain into a small one, with derivatives and without. */
export function domainStudy(name: string, load: () => Promise<Domain>): Study<DomainCell, DomainResult> {
  let loaded: Promise<Domain> | undefined;
  return {
    name,
    title: name,
    cells: (done, quick) => (quick ? quickCells() : fullCells(done)),
    run: async (cell, quick) => {
      loaded ??= load();
      const domain = await loaded;
      const steps = quick ? QUICK.steps : STEPS;
      switch (cell.stage) {
        case 'teacher':
          return { loss: teacherLoss(domain) };
        case 'cost':
          return stepCosts(domain);
        case 'tune':
          return runOf(domain, { ...cell, seed: TUNE_SEED, steps }, [steps]);
        case 'train':
          return runOf(
            domain,
            { ...cell, steps },
            SHARES.map((share) => Math.round(share * steps)),
          );
      }
    },
    findings: (rows, quick) => findings(name, rows, quick),
  };
}

/** Rounded: the last digits are not the same on another machine anyway. */
async function runOf(domain: Domain, run: Run, at: readonly number[]): Promise<CurvePoint[]> {
  const curve = await distil(domain, run, { at });
  const round = (value: number) => Number(value.toPrecision(5));
  return curve.map(({ step, distance, gradient, loss }) => ({
    step,
    distance: round(distance),
    gradient: round(gradient),
    loss: round(loss),
  }));
}

function fullCells(done: readonly DomainRow[]): DomainCell[] {
  const trials = EXAMPLES.flatMap((examples) => METHODS.flatMap((method) => trialsOf(examples, method)));
  const trained = SEEDS.flatMap((seed) =>
    EXAMPLES.flatMap((examples) =>
      METHODS.flatMap((method): TrainCell[] => {
        const best = bestSetting(done, trialsOf(examples, method));
        return best ? [{ stage: 'train', examples, method, seed, ...best }] : [];
      }),
    ),
  );
  return [{ stage: 'cost' }, { stage: 'teacher' }, ...trials, ...trained];
}

const trialsOf = (examples: number, method: Method): TuneCell[] =>
  settingsOf(method).map((setting) => ({ stage: 'tune', examples, method, ...setting }));

/** That with the least distance from the teacher on test examples of another draw of the data, once all were tried. */
function bestSetting(done: readonly DomainRow[], trials: readonly TuneCell[]): Setting | undefined {
  const key = (cell: object) => Object.values(cell).join();
  const found = new Map(done.flatMap(({ cell, result }) => (cell.stage === 'tune' ? [[key(cell), result]] : [])));
  const tried = trials.flatMap((cell) => {
    const curve = found.get(key(cell)) as CurvePoint[] | undefined;
    return curve ? [{ cell, distance: curve.at(-1)!.distance }] : [];
  });
  if (tried.length < trials.length) return undefined;
  // One that diverged is worse than all others.
  const rank = (distance: number) => (Number.isFinite(distance) ? distance : Infinity);
  const [best] = tried.toSorted((a, b) => rank(a.distance) - rank(b.distance));
  return best && { learning_rate: best.cell.learning_rate, strength: best.cell.strength };
}

function quickCells(): TrainCell[] {
  const methods = ['value', 'sobolev'] as const;
  return QUICK.seeds.flatMap((seed) =>
    methods.map((method): TrainCell => ({ stage: 'train', examples: QUICK.examples, method, seed, ...QUICK_SETTING })),
  );
}

function teacherLoss({ teacher: { network, weights }, examples: { test }, inputs, loss }: Domain): number {
  const said = tidy(() => output(forward(network, weights, tf.tensor2d(test.x, [test.count, inputs]))));
  const value = loss(said.dataSync<'float32'>());
  said.dispose();
  return value;
}
