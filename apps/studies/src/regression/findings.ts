import { type Figure, type Series } from '../figures/figure.ts';
import { interval, type Interval, showInterval } from '../study/interval.ts';
import { table } from '../study/markdown.ts';
import { type Fact, type Findings } from '../study/study.ts';
import { type FunctionName } from './functions.ts';
import { type Method, METHODS } from './methods.ts';
import { type Extent, type RegressionRow, type TrainCell } from './cells.ts';
import { type Errors } from './train.ts';

type Runs = { cell: TrainCell; errors: Errors }[];
type Costs = Map<number, Record<Method, number>>;
type Moment = 'equal steps' | 'equal time';

/** Errors are compared by their logarithms: seeds differ by factors. */
export function findings(rows: readonly RegressionRow[], extent: Extent): Findings {
  const runs = rows.flatMap(({ cell, result }) => (cell.stage === 'train' ? [{ cell, errors: result as Errors }] : []));
  const costs: Costs = new Map(
    rows.flatMap(({ cell, result }) =>
      cell.stage === 'cost' ? [[cell.points, result as Record<Method, number>] as const] : [],
    ),
  );
  const moments: Moment[] = costs.size > 0 ? ['equal steps', 'equal time'] : ['equal steps'];
  const study = { runs, costs, extent };
  if (!isComplete(study)) return { facts: [], text: 'Not every method has its runs yet.', figures: {} };
  return {
    facts: moments.flatMap((moment) => (['sobolev', 'adaptive'] as const).flatMap((m) => claims(study, m, moment))),
    text: [
      ...moments.flatMap((moment) => [`Test error of the values at ${moment}, …`, ratios(study, 'value', moment)]),
      'Test error of the gradients at equal steps, …',
      ratios(study, 'gradient', 'equal steps'),
      ...(costs.size > 0 ? [costTable(costs)] : []),
    ].join('\n\n'),
    figures: { 'regression-values': figure(study, 'value'), 'regression-gradients': figure(study, 'gradient') },
  };
}

interface Regression {
  runs: Runs;
  costs: Costs;
  extent: Extent;
}

/** A run may be published before all is done, but these tables need every method of every problem. */
function isComplete(study: Regression): boolean {
  const { functions, points: sizes } = study.extent;
  return functions.every((name) =>
    sizes.every((points) => {
      const look: Look = { function: name, points, error: 'value', moment: 'equal steps' };
      return METHODS.every((method) => errorsOf(study, method, look).length > 0);
    }),
  );
}

/** What is looked at: one error of one method. */
interface Look {
  function: FunctionName;
  points: number;
  error: keyof Errors;
  moment: Moment;
}

/** One number a seed, by seed. Values alone take all steps in either moment. */
function errorsOf({ runs, extent }: Regression, method: Method, { error, moment, ...look }: Look): number[] {
  const isShort = moment === 'equal time' && method !== 'value';
  return runs
    .filter(({ cell }) => cell.method === method && cell.function === look.function && cell.points === look.points)
    .filter(({ cell }) => cell.steps < extent.steps === isShort)
    .toSorted((a, b) => a.cell.seed - b.cell.seed)
    .map(({ errors }) => errors[error]);
}

/** Geometric mean over seeds of a method's error over that of values alone, seed by seed. */
function ratio(study: Regression, method: Method, look: Look): Interval {
  const plain = errorsOf(study, 'value', look);
  return interval(
    errorsOf(study, method, look).map((error, index) => error / plain[index]!),
    'geometric mean',
  );
}

function claims(study: Regression, method: 'sobolev' | 'adaptive', moment: Moment): Fact[] {
  const { functions, points: sizes } = study.extent;
  return sizes.map((points) => {
    const all = functions.map((name) => ratio(study, method, { function: name, points, error: 'value', moment }));
    const [better, surely] = [all.filter(({ value }) => value < 1).length, all.filter(({ high }) => high < 1).length];
    const least = functions.length - (functions.length === 7 ? 1 : 0);
    return {
      claim: `${method}, ${points} points, ${moment}: values better than by values alone on at least ${least} of ${functions.length}`,
      holds: better >= least,
      detail: `${better} of ${functions.length}, ${surely} of them with the whole interval`,
    };
  });
}

function ratios(study: Regression, error: keyof Errors, moment: Moment): string {
  const { functions, points: sizes } = study.extent;
  const head = ['function', ...sizes.flatMap((points) => [`${points}: value`, `sobolev`, `adaptive`])];
  const lines = functions.map((name) => [
    name,
    ...sizes.flatMap((points) => {
      const look = { function: name, points, error, moment };
      const plain = interval(errorsOf(study, 'value', look), 'geometric mean').value.toPrecision(2);
      return [plain, showInterval(ratio(study, 'sobolev', look)), showInterval(ratio(study, 'adaptive', look))];
    }),
  ]);
  return table(head, lines);
}

function costTable(costs: Costs): string {
  const lines = [...costs].map(([points, cost]) => [
    String(points),
    ...METHODS.map((method) => `${cost[method].toFixed(2)} ms`),
    `${(cost.sobolev / cost.value).toFixed(2)}, ${(cost.adaptive / cost.value).toFixed(2)}`,
  ]);
  return `A step, median, the methods in turns:\n\n${table(['points', ...METHODS, 'over value'], lines)}`;
}

function figure(study: Regression, error: keyof Errors): Figure {
  const { functions, points: sizes } = study.extent;
  const panels = sizes.map((points) => ({
    title: `${points} points`,
    x: { label: error === 'value' ? 'test error / variance' : 'test error / mean ‖∇f‖²', scale: 'log' as const },
    y: { label: '', scale: 'names' as const, names: functions },
    series: METHODS.map((method): Series => {
      const marks = functions.map((name) => {
        const look: Look = { function: name, points, error, moment: 'equal steps' };
        const { value, low, high } = interval(errorsOf(study, method, look), 'geometric mean');
        return { x: value, y: name, low, high };
      });
      return { name: method, points: marks };
    }),
  }));
  return { panels, columns: panels.length };
}
