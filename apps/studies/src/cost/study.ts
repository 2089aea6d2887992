import { type Study } from '../study/study.ts';
import { type CostCell, type Sweep } from './cells.ts';
import { findings } from './findings.ts';
import { measureApart } from './measure-apart.ts';
import { type Cost, LABELS, type Problem, TERMS } from './problem.ts';

const BASE = { architecture: 'paper-student', batch: 200, input: 84, projections: 1, depth: 0 } as const;
const SWEEPS: Record<Sweep, Partial<Problem>[]> = {
  batch: [25, 50, 100, 200, 400].map((batch) => ({ batch })),
  input: [42, 84, 126, 168].map((input) => ({ batch: 50, input })),
  projections: [1, 2, 4].map((projections) => ({ projections })),
  depth: [1, 2, 4, 8].map((depth) => ({ architecture: 'deep', batch: 100, depth })),
  labels: [50, 200].map((batch) => ({ architecture: 'nature', batch })),
};
const QUICK: CostCell[] = (['plain', 'vjp', 'jvp'] as const).map((term) => ({
  sweep: 'batch',
  ...BASE,
  batch: 100,
  term,
}));

/** Step time and memory of the derivative term against what they depend on. To be run on a quiet machine. */
export const cost: Study<CostCell, Cost> = {
  name: 'cost',
  title: 'What the derivative term costs',
  cells: (_, quick) => (quick ? QUICK : fullCells()),
  run: (cell) => measureApart(cell),
  findings,
};

function fullCells(): CostCell[] {
  return (Object.keys(SWEEPS) as Sweep[]).flatMap((sweep) =>
    SWEEPS[sweep].flatMap((problem) =>
      (sweep === 'labels' ? LABELS : TERMS).map((term): CostCell => ({ sweep, ...BASE, ...problem, term })),
    ),
  );
}
