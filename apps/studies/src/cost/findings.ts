import { type Figure, type Panel } from '../figures/figure.ts';
import { type Interval, showInterval } from '../study/interval.ts';
import { table } from '../study/markdown.ts';
import { median, medianAndRange } from '../study/median.ts';
import { type Fact, type Findings, keyOf } from '../study/study.ts';
import { type Costs } from './measure-apart.ts';
import { type Cost, LABELS, type Problem, type Term, TERMS } from './problem.ts';
import { type CostRow, type Sweep } from './cells.ts';

/** What each sweep varies. */
const VARIED = { batch: 'batch', input: 'input', projections: 'projections', depth: 'depth' } as const;
type Varied = keyof typeof VARIED;

/** A problem in all its rounds. */
interface Rounds {
  sweep: Sweep;
  problem: Problem;
  costs: Costs[];
}

/** In the quick form nothing is said of times: the machine may be busy. */
export function findings(rows: readonly CostRow[], quick: boolean): Findings {
  const all = roundsOf(rows);
  if (quick) return { facts: [memoryFact(all)], text: '', figures: {} };
  return {
    facts: [...ratioFacts(all), memoryFact(all)],
    text: [
      'Step, × plain (in the same round), over floor and peak: medians of five rounds (least–greatest).',
      costTable(all),
      'Over floor: the time over that of the floor’s FLOPs at the rate of a matrix product. What a teacher (the Nature network) takes where labels are not stored:',
      labelsTable(of(all, 'labels')),
    ].join('\n\n'),
    figures: { cost: figure(all) },
  };
}

function roundsOf(rows: readonly CostRow[]): Rounds[] {
  const problemOf = ({ cell }: CostRow) => keyOf({ ...cell, round: 0 });
  const problems = new Map(rows.map((row) => [problemOf(row), row.cell]));
  return [...problems].map(([key, problem]) => ({
    sweep: problem.sweep,
    problem,
    costs: rows.filter((row) => problemOf(row) === key).map(({ result }) => result),
  }));
}

const of = (all: readonly Rounds[], sweep: Sweep) => all.filter((rounds) => rounds.sweep === sweep);

const over = (costs: readonly Costs[], term: Term, read: (cost: Cost) => number): Interval =>
  medianAndRange(costs.map((round) => read(round[term]!)));

/** Times a plain step or its memory, of the same round. */
const ratio = ({ costs }: Rounds, term: Term, what: 'ms' | 'peak_mb'): Interval =>
  medianAndRange(costs.map((round) => round[term]![what] / round.plain![what]));

/** Of the machine while a problem was measured: in single processes something may have slowed the product. */
const gemmRate = ({ costs }: Rounds) =>
  median(costs.flatMap((round) => Object.values(round).map(({ gemm_gflops }) => gemm_gflops)));

const floorMs = (rounds: Rounds, term: Term) => (1000 * rounds.costs[0]![term]!.floor_gflop) / gemmRate(rounds);

/** From 100 examples on: below that what a step takes besides its FLOPs counts for more. */
const LARGE = 100;
/** The floor's ratio is 2.2 (vjp) and 2.0 (jvp) for the paper's student. */
const MOST = { vjp: 2.9, jvp: 2.7 } as const;

function ratioFacts(all: readonly Rounds[]): Fact[] {
  const large = of(all, 'batch').filter(({ problem }) => problem.batch >= LARGE);
  return (['vjp', 'jvp'] as const).map((term) => {
    const ratios = large.map((rounds) => ratio(rounds, term, 'ms'));
    return {
      claim: `the paper's student, batch ${LARGE} and more: a ${term} step takes at most ${MOST[term]} times a plain one`,
      holds: Math.max(...ratios.map(({ value }) => value)) <= MOST[term],
      detail: ratios.map(showInterval).join(', '),
    };
  });
}

function memoryFact(all: readonly Rounds[]): Fact {
  const single = all.filter(({ sweep, problem }) => sweep !== 'labels' && problem.projections === 1);
  const worst = Math.max(...single.map((rounds) => ratio(rounds, 'vjp', 'peak_mb').value));
  return {
    claim: 'one vjp direction takes at most twice the memory of a plain step, engine included',
    holds: worst <= 2,
    detail: `at most ${worst.toFixed(2)} times`,
  };
}

function costTable(all: readonly Rounds[]): string {
  const lines = all
    .filter(({ sweep }) => sweep !== 'labels')
    .flatMap((rounds) => TERMS.map((term) => [nameOf(rounds), term, ...numbersOf(rounds, term)]));
  return table(['problem', 'term', 'step, ms', '× plain', 'over floor', 'peak, MB'], lines);
}

function nameOf({ sweep, problem: { architecture, batch, input, projections, depth } }: Rounds): string {
  const student = architecture === 'deep' ? `+${depth} convolutions` : architecture;
  return `${sweep}: ${student}, batch ${batch}, ${input}², ${projections} ×`;
}

const numbersOf = (rounds: Rounds, term: Term): string[] => [
  showInterval(over(rounds.costs, term, ({ ms }) => ms)),
  term === 'plain' ? '1' : showInterval(ratio(rounds, term, 'ms')),
  showInterval(over(rounds.costs, term, ({ ms }) => ms / floorMs(rounds, term))),
  showInterval(over(rounds.costs, term, ({ peak_mb }) => peak_mb)),
];

function labelsTable(all: readonly Rounds[]): string {
  const lines = LABELS.flatMap((term) =>
    all.map(({ problem, costs }) => [term, String(problem.batch), showInterval(over(costs, term, ({ ms }) => ms))]),
  );
  return table(['asked', 'batch', 'time, ms'], lines);
}

const figure = (all: readonly Rounds[]): Figure => ({
  columns: 2,
  panels: (Object.keys(VARIED) as Varied[]).map((sweep) => panel(of(all, sweep), sweep)),
});

function panel(all: readonly Rounds[], sweep: Varied): Panel {
  const measured = TERMS.map((term) => ({
    name: term,
    line: true,
    points: all.map(({ problem, costs }) => {
      const { value, low, high } = over(costs, term, ({ ms }) => ms);
      return { x: problem[VARIED[sweep]], y: value, low, high };
    }),
  }));
  const floor = {
    name: 'floor of vjp',
    line: true,
    points: all.map((rounds) => ({ x: rounds.problem[VARIED[sweep]], y: floorMs(rounds, 'vjp') })),
  };
  return {
    title: `step against ${sweep}`,
    x: { label: sweep, scale: 'linear' },
    y: { label: 'ms', scale: 'linear' },
    series: [...measured, floor],
  };
}
