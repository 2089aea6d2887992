import { type Figure, type Panel, type Point } from '../figures/figure.ts';
import { type Costs } from '../cost/measure-apart.ts';
import { type Metric } from '../distillation/curves.ts';
import { type Evaluated } from '../distillation/run-distillation.ts';
import { type Interval, interval, showInterval } from '../study/interval.ts';
import { table } from '../study/markdown.ts';
import { medianAndRange } from '../study/median.ts';
import { type Fact, type Findings } from '../study/study.ts';
import { type Student, STUDENTS } from './students.ts';
import { type ArchitectureRow, type LossName } from './cells.ts';

export function findings(rows: readonly ArchitectureRow[], quick: boolean): Findings {
  const students = STUDENTS.filter((student) => valuesOf(rows, student, { loss: 'vjp', metric: 'kl' }).length > 0);
  const facts = students.flatMap((student) =>
    (quick ? (['jacobian_error'] as const) : (['kl', 'jacobian_error'] as const)).map((metric) =>
      claim(rows, student, metric),
    ),
  );
  if (quick) return { facts, text: '', figures: {} };
  const head = [
    'student',
    'kl, plain',
    ...['kl', 'jacobian_error', 'step', 'step, labels given', 'memory'].map((what) => `${what}, vjp / plain`),
  ];
  const lines = students.map((student) => [
    student,
    showInterval(interval(valuesOf(rows, student, { loss: 'plain', metric: 'kl' }))),
    showInterval(ratio(rows, student, 'kl')),
    showInterval(ratio(rows, student, 'jacobian_error')),
    ...[costRatio(rows, student), weightRatio(rows, student, 'ms'), weightRatio(rows, student, 'peak_mb')].map(
      (value) => (value ? showInterval(value) : '–'),
    ),
  ]);
  return { facts, text: table(head, lines), figures: { architectures: figure(rows, students) } };
}

/** A metric at the end of each run, by seed. */
function valuesOf(
  rows: readonly ArchitectureRow[],
  student: Student,
  { loss, metric }: { loss: LossName; metric: Metric },
): number[] {
  return rows
    .flatMap(({ cell, result }) => (cell.stage === 'train' ? [{ cell, curve: result as Evaluated[] }] : []))
    .filter(({ cell }) => cell.student === student && cell.loss === loss)
    .toSorted((a, b) => a.cell.seed - b.cell.seed)
    .map(({ curve }) => curve.at(-1)![metric]);
}

/** Seed by seed, at equal steps. */
function ratio(rows: readonly ArchitectureRow[], student: Student, metric: Metric) {
  const plain = valuesOf(rows, student, { loss: 'plain', metric });
  const vjp = valuesOf(rows, student, { loss: 'vjp', metric });
  return interval(
    vjp.flatMap((value, index) => (plain[index] === undefined ? [] : [value / plain[index]])),
    'geometric mean',
  );
}

/** Times a plain step, round by round; the teacher asked for labels. */
function costRatio(rows: readonly ArchitectureRow[], student: Student): Interval | undefined {
  const rounds = rows.filter(({ cell }) => cell.stage === 'cost' && cell.student === student);
  return ratioOver(rounds.map(({ result }) => result as Record<LossName, number>));
}

/** Times a plain step or its memory, round by round; labels given. */
function weightRatio(rows: readonly ArchitectureRow[], student: Student, what: 'ms' | 'peak_mb'): Interval | undefined {
  const rounds = rows.filter(({ cell }) => cell.stage === 'memory' && cell.student === student);
  return ratioOver(
    rounds.map(({ result }) => {
      const costs = result as Costs;
      return { plain: costs.plain![what], vjp: costs.vjp![what] };
    }),
  );
}

const ratioOver = (rounds: readonly Record<LossName, number>[]): Interval | undefined =>
  rounds.length === 0 ? undefined : medianAndRange(rounds.map(({ plain, vjp }) => vjp / plain));

function claim(rows: readonly ArchitectureRow[], student: Student, metric: Metric): Fact {
  const found = ratio(rows, student, metric);
  return {
    claim: `${student}: ${metric} is lower with the derivative term, at equal steps`,
    holds: found.value < 1,
    detail: `${showInterval(found)} of that without`,
  };
}

/** What it gives, and beside it what it costs. */
function figure(rows: readonly ArchitectureRow[], students: readonly Student[]): Figure {
  const names = { label: 'student', scale: 'names', names: students } as const;
  const panelOf = (title: string, label: string, points: Point[]): Panel => ({
    title,
    x: { label, scale: 'linear' },
    y: names,
    series: [{ name: 'with the derivative term / without', points }],
  });
  const gains = students.map((student) => {
    const { value, low, high } = ratio(rows, student, 'kl');
    return { x: value, y: student, low, high };
  });
  const timed = students.flatMap((student): Point[] => {
    const found = costRatio(rows, student);
    return found ? [{ x: found.value, y: student, low: found.low, high: found.high }] : [];
  });
  return {
    panels: [panelOf('at equal steps', 'held-out kl', gains), panelOf('teacher asked', 'time of a step', timed)],
    columns: 2,
  };
}
