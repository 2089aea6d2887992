import { type Figure, type Panel } from '../figures/figure.ts';
import { table } from '../study/markdown.ts';
import { type Fact, type Findings } from '../study/study.ts';
import { type Problem, TERMS } from './problem.ts';
import { type CostRow, type Sweep } from './cells.ts';

/** What each sweep varies. */
const VARIED = { batch: 'batch', input: 'input', projections: 'projections', depth: 'depth' } as const;
type Varied = keyof typeof VARIED;

/** In the quick form nothing is said of times: the machine may be busy. */
export function findings(rows: readonly CostRow[], quick: boolean): Findings {
  const sweeps = (Object.keys(VARIED) as Varied[]).filter((sweep) => rows.some(({ cell }) => cell.sweep === sweep));
  return {
    facts: [...(quick ? [] : ratioFacts(rows)), ...memoryFacts(rows)],
    text: [
      costTable(rows),
      'Over floor: the time over that of the floor’s FLOPs at the rate of a matrix product. What a teacher (the Nature network) takes where labels are not stored:',
      labelsTable(rows),
    ].join('\n\n'),
    figures: { cost: figure(rows, sweeps) },
  };
}

const of = (rows: readonly CostRow[], sweep: Sweep) => rows.filter(({ cell }) => cell.sweep === sweep);

/** The row of the same problem with another term. */
const withTerm = (rows: readonly CostRow[], row: CostRow, term: Problem['term']) =>
  rows.find(
    ({ cell }) =>
      JSON.stringify({ ...cell, term: '' }) === JSON.stringify({ ...row.cell, term: '' }) && cell.term === term,
  )!;

/** Times a plain step. */
const ratio = (rows: readonly CostRow[], row: CostRow) => row.result.ms / withTerm(rows, row, 'plain').result.ms;

/** From 100 examples on: below that what a step takes besides its FLOPs counts for more. */
const LARGE = 100;
/** The floor's ratio is 2.2 (vjp) and 2.0 (jvp) for the paper's student. */
const MOST = { vjp: 2.9, jvp: 2.7 } as const;

function ratioFacts(rows: readonly CostRow[]): Fact[] {
  return (['vjp', 'jvp'] as const).map((term) => {
    const own = of(rows, 'batch').filter(({ cell }) => cell.term === term && cell.batch >= LARGE);
    const ratios = own.map((row) => ratio(rows, row));
    return {
      claim: `the paper's student, batch ${LARGE} and more: a ${term} step takes at most ${MOST[term]} times a plain one`,
      holds: Math.max(...ratios) <= MOST[term],
      detail: ratios.map((value) => value.toFixed(2)).join(', '),
    };
  });
}

function memoryFacts(rows: readonly CostRow[]): Fact[] {
  const all = rows.filter(({ cell }) => cell.term === 'vjp' && cell.projections === 1);
  const ratios = all.map((row) => row.result.peak_mb / withTerm(rows, row, 'plain').result.peak_mb);
  const worst = Math.max(...ratios);
  return [
    {
      claim: 'one vjp direction takes at most twice the memory of a plain step, engine included',
      holds: worst <= 2,
      detail: `at most ${worst.toFixed(2)} times`,
    },
  ];
}

function costTable(rows: readonly CostRow[]): string {
  const lines = rows
    .filter(({ cell }) => cell.sweep !== 'labels')
    .map((row) => {
      const { sweep, architecture, batch, input, projections, depth, term } = row.cell;
      const { ms, peak_mb, floor_gflop, gemm_gflops } = row.result;
      const name = architecture === 'deep' ? `+${depth} convolutions` : architecture;
      return [
        `${sweep}: ${name}, batch ${batch}, ${input}², ${projections} ×`,
        term,
        `${ms.toFixed(1)} ms`,
        ratio(rows, row).toFixed(2),
        (ms / ((1000 * floor_gflop) / gemm_gflops)).toFixed(2),
        `${peak_mb.toFixed(0)} MB`,
      ];
    });
  return table(['problem', 'term', 'step', '× plain', 'over floor', 'peak'], lines);
}

function labelsTable(rows: readonly CostRow[]): string {
  const lines = of(rows, 'labels').map(({ cell, result }) => [
    cell.term,
    String(cell.batch),
    `${result.ms.toFixed(1)} ms`,
  ]);
  return table(['asked', 'batch', 'time'], lines);
}

function figure(rows: readonly CostRow[], sweeps: readonly Varied[]): Figure {
  return { columns: 2, panels: sweeps.map((sweep) => panel(of(rows, sweep), sweep)) };
}

function panel(rows: readonly CostRow[], sweep: Varied): Panel {
  const measured = TERMS.map((term) => ({
    name: term,
    line: true,
    points: rows
      .filter(({ cell }) => cell.term === term)
      .map(({ cell, result }) => ({ x: cell[VARIED[sweep]], y: result.ms })),
  }));
  const floor = {
    name: 'floor of vjp',
    line: true,
    points: rows
      .filter(({ cell }) => cell.term === 'vjp')
      .map(({ cell, result }) => ({
        x: cell[VARIED[sweep]],
        y: (1000 * result.floor_gflop) / result.gemm_gflops,
      })),
  };
  return {
    title: `step against ${sweep}`,
    x: { label: sweep, scale: 'linear' },
    y: { label: 'ms', scale: 'linear' },
    series: [...measured, floor],
  };
}
