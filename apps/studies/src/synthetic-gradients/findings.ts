import { type Figure } from '../figures/figure.ts';
import { interval } from '../study/interval.ts';
import { table } from '../study/markdown.ts';
import { type Fact, type Findings } from '../study/study.ts';
import { type Method, METHODS } from './methods.ts';
import { type SplitRow } from './cells.ts';

/** The paper's order, worst first. */
const ORDER: readonly [worse: Method, better: Method][] = [
  ['no-propagation', 'sobolev'],
  ['direct', 'sobolev'],
  ['value-function', 'sobolev'],
  ['critic', 'sobolev'],
];

/** In the quick form, which has one seed, only what is far apart is told apart. */
export function findings(rows: readonly SplitRow[], splits: readonly number[], quick: boolean): Findings {
  const pairs = quick ? ORDER.slice(0, 1) : ORDER;
  return {
    facts: splits.flatMap((each) => pairs.map(([worse, better]) => claim(rows, each, { worse, better }))),
    text: [accuracyTable(rows, splits), gaps(rows, splits)].join('\n\n'),
    figures: { 'synthetic-gradients': figure(rows, splits) },
  };
}

/** Per cent, by seed. Backpropagation is the same at every split. */
function accuracies(rows: readonly SplitRow[], splits: number, method: Method): number[] {
  return rows
    .flatMap(({ cell, result }) => (cell.stage === 'train' ? [{ cell, result }] : []))
    .filter(({ cell }) => cell.method === method && (cell.splits === splits || method === 'backpropagation'))
    .toSorted((a, b) => a.cell.seed - b.cell.seed)
    .map(({ result }) => 100 * result.accuracy);
}

/** Points by which one method is ahead of another, seed by seed. */
function lead(rows: readonly SplitRow[], splits: number, { worse, better }: { worse: Method; better: Method }) {
  const less = accuracies(rows, splits, worse);
  return interval(accuracies(rows, splits, better).map((value, index) => value - less[index]!));
}

function claim(rows: readonly SplitRow[], splits: number, pair: { worse: Method; better: Method }): Fact {
  const { value, low, high } = lead(rows, splits, pair);
  return {
    claim: `${splits} ${splits === 1 ? 'split' : 'splits'}: ${pair.better} is better than ${pair.worse}`,
    holds: low > 0,
    detail: `by ${value.toFixed(2)} points (${low.toFixed(2)} to ${high.toFixed(2)})`,
  };
}

function accuracyTable(rows: readonly SplitRow[], splits: readonly number[]): string {
  const cell = (each: number, method: Method) => {
    const { value, low, high } = interval(accuracies(rows, each, method));
    return `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
  };
  const head = ['test accuracy, %', ...splits.map((each) => `${each} ${each === 1 ? 'split' : 'splits'}`)];
  return table(
    head,
    METHODS.map((method) => [method, ...splits.map((each) => cell(each, method))]),
  );
}

function gaps(rows: readonly SplitRow[], splits: readonly number[]): string {
  const lines = splits.map((each) => {
    const { value, low, high } = lead(rows, each, { worse: 'sobolev', better: 'backpropagation' });
    return `${each}: ${value.toFixed(2)} points (${low.toFixed(2)} to ${high.toFixed(2)})`;
  });
  return `From Sobolev to full backpropagation, by splits: ${lines.join('; ')}.`;
}

function figure(rows: readonly SplitRow[], splits: readonly number[]): Figure {
  const series = splits.map((each) => ({
    name: `${each} ${each === 1 ? 'split' : 'splits'}`,
    points: METHODS.map((method) => {
      const { value, low, high } = interval(accuracies(rows, each, method).map((accuracy) => 100 - accuracy));
      // A logarithmic axis has no zero.
      return { x: Math.max(0.01, value), y: method, low: Math.max(0.01, low), high: Math.max(0.01, high) };
    }),
  }));
  const panel = {
    title: 'Synthetic gradients',
    x: { label: 'test error, %', scale: 'log' as const },
    y: { label: '', scale: 'names' as const, names: METHODS },
    series,
  };
  return { panels: [panel], columns: 1 };
}
