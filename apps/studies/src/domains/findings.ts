import { type Figure } from '../figures/figure.ts';
import { atShare } from '../study/at-share.ts';
import { interval, type Interval, showInterval } from '../study/interval.ts';
import { table } from '../study/markdown.ts';
import { type Fact, type Findings } from '../study/study.ts';
import { type DomainRow, type TrainCell } from './cells.ts';
import { type CurvePoint } from './distil.ts';
import { type Method, METHODS } from './methods.ts';

type Measure = Exclude<keyof CurvePoint, 'step'>;
type Moment = 'equal steps' | 'equal time';

interface Found {
  runs: { cell: TrainCell; curve: CurvePoint[] }[];
  costs: Record<string, number> | undefined;
  sizes: number[];
}

/** @param name of the study, and of its figure */
export function findings(name: string, rows: readonly DomainRow[], quick: boolean): Findings {
  const numbersOf = (stage: 'teacher' | 'cost') =>
    rows.find(({ cell }) => cell.stage === stage)?.result as Record<string, number> | undefined;
  const runs = rows
    .flatMap(({ cell, result }) => (cell.stage === 'train' ? [{ cell, curve: result as CurvePoint[] }] : []))
    .toSorted((a, b) => a.cell.seed - b.cell.seed);
  const sizes = [...new Set(runs.map(({ cell }) => cell.examples))].toSorted((a, b) => a - b);
  const found = { runs, costs: numbersOf('cost'), sizes };
  if (quick) return { facts: [gradientFact(found)], text: '', figures: {} };
  return {
    facts: sizes.flatMap((size) =>
      (['equal steps', 'equal time'] as const).flatMap((moment) => claims(found, size, moment)),
    ),
    text: [
      'How far from the teacher, values alone, and the others over it:',
      ratioTable(found, 'distance', 'equal steps'),
      'The same in equal time:',
      ratioTable(found, 'distance', 'equal time'),
      'Of the gradients, at equal steps:',
      ratioTable(found, 'gradient', 'equal steps'),
      `How well what really came is foretold, at equal steps (the teacher: ${numbersOf('teacher')?.['loss']?.toPrecision(3)}):`,
      lossTable(found),
      costLine(found),
    ].join('\n\n'),
    figures: { [name]: figure(found) },
  };
}

function valuesOf({ runs, costs }: Found, method: Method, look: { size: number; measure: Measure; moment: Moment }) {
  const share = look.moment === 'equal time' && costs ? costs['value']! / costs[method]! : 1;
  return runs
    .filter(({ cell }) => cell.method === method && cell.examples === look.size)
    .map(({ curve }) => atShare(curve, share, { read: (point) => point[look.measure], scale: 'log' }));
}

/** Seed by seed: both had the same examples, first weights and batches. */
function ratio(found: Found, methods: [Method, Method], look: Parameters<typeof valuesOf>[2]): Interval {
  const [above, below] = methods.map((method) => valuesOf(found, method, look)) as [number[], number[]];
  return interval(
    above.flatMap((value, index) => (below[index] === undefined ? [] : [value / below[index]])),
    'geometric mean',
  );
}

function ratioTable(found: Found, measure: Measure, moment: Moment): string {
  const others = METHODS.filter((method) => method !== 'value');
  const lines = found.sizes.map((size) => {
    const look = { size, measure, moment };
    const plain = interval(valuesOf(found, 'value', look), 'geometric mean').value.toPrecision(3);
    return [String(size), plain, ...others.map((method) => showInterval(ratio(found, [method, 'value'], look)))];
  });
  return table(['examples', 'value', ...others], lines);
}

function lossTable(found: Found): string {
  const lines = found.sizes.map((size) => [
    String(size),
    ...METHODS.map((method) =>
      showInterval(interval(valuesOf(found, method, { size, measure: 'loss', moment: 'equal steps' }))),
    ),
  ]);
  return table(['examples', ...METHODS], lines);
}

function costLine({ costs }: Found): string {
  if (!costs) return '';
  const each = METHODS.map((method) => `${method} ${costs[method]!.toFixed(2)} ms`).join(', ');
  return `A step, the teacher's answers among it, median, the methods in turns: ${each}.`;
}

function claims(found: Found, size: number, moment: Moment): Fact[] {
  const look = { size, measure: 'distance', moment } as const;
  return (['value', 'noise'] as const).map((rival) => {
    const [best] = (['sobolev', 'adaptive'] as const)
      .map((method) => ({ method, ratio: ratio(found, [method, rival], look) }))
      .toSorted((a, b) => a.ratio.value - b.ratio.value);
    return {
      claim: `${size} examples, ${moment}: with derivatives nearer to the teacher than by ${rival === 'value' ? 'values alone' : 'noise'}`,
      holds: best!.ratio.high < 1,
      detail: `${best!.method} ${showInterval(best!.ratio)} of the distance`,
    };
  });
}

/** Few steps tell the gradients apart. */
function gradientFact(found: Found): Fact {
  const look = { size: found.sizes[0]!, measure: 'gradient', moment: 'equal steps' } as const;
  const { value } = ratio(found, ['sobolev', 'value'], look);
  return {
    claim: `${look.size} examples: the derivative term brings the gradients nearer to the teacher's`,
    holds: value < 1,
    detail: `${value.toFixed(2)} of the error without`,
  };
}

function figure(found: Found): Figure {
  const panels = found.sizes.map((size) => ({
    title: `${size} examples`,
    x: { label: 'step', scale: 'linear' as const },
    y: { label: 'distance from the teacher', scale: 'log' as const },
    series: METHODS.map((method) => {
      const curves = found.runs.filter(({ cell }) => cell.method === method && cell.examples === size);
      const points = (curves[0]?.curve ?? []).map(({ step }, index) => ({
        x: step,
        y: interval(
          curves.map(({ curve }) => curve[index]!.distance),
          'geometric mean',
        ).value,
      }));
      return { name: method, line: true, points };
    }),
  }));
  return { panels, columns: panels.length };
}
