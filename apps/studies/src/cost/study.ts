import { type Study } from '../study/study.ts';
import { type CostCell, type Sweep } from './cells.ts';
import { findings } from './findings.ts';
import { type Costs, measureApart } from './measure-apart.ts';
import { LABELS, type Problem, TERMS } from './problem.ts';

const BASE = { architecture: 'paper-student', batch: 200, input: 84, projections: 1, depth: 0 } as const;
const SWEEPS: Record<Sweep, Partial<Problem>[]> = {
  batch: [25, 50, 100, 200, 400].map((batch) => ({ batch })),
  input: [42, 84, 126, 168].map((input) => ({ batch: 50, input })),
  projections: [1, 2, 4].map((projections) => ({ projections })),
  depth: [1, 2, 4, 8].map((depth) => ({ architecture: 'deep', batch: 100, depth })),
  labels: [50, 200].map((batch) => ({ architecture: 'nature', batch })),
};
/** So that there is a median and a range. */
const ROUNDS = [1, 2, 3, 4, 5];
const QUICK: CostCell[] = [{ sweep: 'batch', ...BASE, batch: 100, round: 1 }];

/** Step time and memory of the derivative term against what they depend on. To be run on a quiet machine. */
export const cost: Study<CostCell, Costs> = {
  name: 'cost',
  title: 'What the derivative term costs',
  cells: (_, quick) => (quick ? QUICK : fullCells()),
  run: (cell) => measureApart(cell, cell.sweep === 'labels' ? LABELS : TERMS),
  findings,
};

function fullCells(): CostCell[] {
  return ROUNDS.flatMap((round) =>
    (Object.keys(SWEEPS) as Sweep[]).flatMap((sweep) =>
      SWEEPS[sweep].map((problem): CostCell => ({ sweep, ...BASE, ...problem, round })),
    ),
  );
}
