import { type DistillInputs } from '@distiller/distillation';
import { measureApart } from '../cost/measure-apart.ts';
import { type Problem } from '../cost/problem.ts';
import { bundledInputs } from '../distillation/bundled-inputs.ts';
import { runDistillation, specOf, stepCosts } from '../distillation/run-distillation.ts';
import { type Study } from '../study/study.ts';
import {
  type ArchitectureCell,
  type ArchitectureResult,
  type LossName,
  LOSSES,
  type Timed,
  type Trained,
  type Weighed,
} from './cells.ts';
import { findings } from './findings.ts';
import { architectureOf, type Student, STUDENTS } from './students.ts';

const SEEDS = [1, 2, 3];
/** Of what is timed. */
const ROUNDS = [1, 2, 3, 4, 5];
const COMMON = { batch_size: 64, steps: 400, evaluate_every: 50, evaluation_frames: 1000, jacobian_frames: 60 };
const QUICK = { batch_size: 64, steps: 400, evaluate_every: 400, evaluation_frames: 200, jacobian_frames: 60 };
const QUICK_STUDENTS = ['rusu-4', 'rusu-7'] as const;
const RATE = 2e-3;
const TIMED_STEPS = 12;

const DERIVATIVE = { plain: { kind: 'none' }, vjp: { kind: 'vjp', weight: { kind: 'balanced', alpha: 0.1 } } } as const;

let inputs: Promise<DistillInputs> | undefined;

/** What the derivative term gives to other students than the paper's, on the bundled Breakout play. */
export const architectures: Study<ArchitectureCell, ArchitectureResult> = {
  name: 'architectures',
  title: 'Students of other architectures',
  cells: (_, quick) => (quick ? quickCells() : fullCells()),
  run: async (cell, quick) => {
    if (cell.stage === 'memory') return measureApart(problemOf(cell.student), LOSSES);
    inputs ??= bundledInputs();
    const given = await inputs;
    const specFor = (loss: LossName) => ({
      ...(quick ? QUICK : COMMON),
      student: architectureOf(cell.student, given.teacher.actions.length),
      loss: { derivative: DERIVATIVE[loss] },
      optimizer: { kind: 'adam', learning_rate: RATE },
    });
    if (cell.stage === 'train') return runDistillation(specOf({ ...specFor(cell.loss), seed: cell.seed }), given);
    return stepCosts({ plain: specOf(specFor('plain')), vjp: specOf(specFor('vjp')) }, given, TIMED_STEPS);
  },
  findings: (rows, quick) => findings(rows, quick),
};

function fullCells(): ArchitectureCell[] {
  const measured = ROUNDS.flatMap((round) =>
    STUDENTS.flatMap((student): [Timed, Weighed] => [
      { stage: 'cost', student, round },
      { stage: 'memory', student, round },
    ]),
  );
  const runs = SEEDS.flatMap((seed) =>
    STUDENTS.flatMap((student) => LOSSES.map((loss): Trained => ({ stage: 'train', student, loss, seed }))),
  );
  return [...measured, ...runs];
}

const problemOf = (architecture: Student): Problem => ({
  architecture,
  batch: COMMON.batch_size,
  input: 84,
  projections: 1,
  depth: 0,
});

function quickCells(): Trained[] {
  return QUICK_STUDENTS.flatMap((student) =>
    LOSSES.map((loss): Trained => ({ stage: 'train', student, loss, seed: 1 })),
  );
}
