import { type Figure, type Panel } from '../figures/figure.ts';
import { metricAt, type Metric } from '../distillation/curves.ts';
import { type Evaluated } from '../distillation/run-distillation.ts';
import { interval, showInterval } from '../study/interval.ts';
import { table } from '../study/markdown.ts';
import { type Fact, type Findings } from '../study/study.ts';
import { BASELINES, type Method, METHOD_NAMES } from './methods.ts';
import { type AtariRow } from './cells.ts';

/** The runs of one game and fraction. */
interface Group {
  game: string;
  fraction: number;
  curves: Map<Method, Evaluated[][]>;
  /** Milliseconds of a step; empty where none were measured. */
  costs: Record<string, number>;
}

export function findings(rows: readonly AtariRow[], quick: boolean): Findings {
  const groups = groupsOf(rows);
  if (quick) return { facts: groups.map(jacobianFact), text: '', figures: {} };
  return {
    facts: groups.map(bestFact),
    text: [
      'Held-out `kl` at equal wall-clock: that of 800 plain steps, labels not stored:',
      metricTable(groups, 'kl', true),
      'At equal steps:',
      metricTable(groups, 'kl', false),
      metricTable(groups, 'action_error', false, 'action_error'),
      metricTable(groups, 'jacobian_error', false, 'jacobian_error'),
    ].join('\n\n'),
    figures: { atari: figure(groups) },
  };
}

function groupsOf(rows: readonly AtariRow[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { cell, result } of rows) {
    if (cell.stage !== 'train') continue;
    const key = `${cell.game} ${cell.fraction}`;
    const group = groups.get(key) ?? {
      ...cell,
      curves: new Map<Method, Evaluated[][]>(),
      costs: costsOf(rows, cell.game),
    };
    group.curves.set(cell.method, [...(group.curves.get(cell.method) ?? []), result as Evaluated[]]);
    groups.set(key, group);
  }
  return [...groups.values()].toSorted((a, b) => a.game.localeCompare(b.game) || a.fraction - b.fraction);
}

function costsOf(rows: readonly AtariRow[], game: string): Record<string, number> {
  const row = rows.find(({ cell }) => cell.stage === 'cost' && cell.game === game);
  return (row?.result as Record<string, number> | undefined) ?? {};
}

/** A metric of each run of a method, at the end or when 800 plain steps have passed. */
function valuesOf({ curves, costs }: Group, method: Method, metric: Metric, equalTime: boolean): number[] {
  const [plain, own] = [costs['kl'], costs[method]];
  const share = equalTime && plain && own ? plain / own : 1;
  return (curves.get(method) ?? []).map((curve) => metricAt(curve, share, metric));
}

function metricTable(groups: readonly Group[], metric: Metric, equalTime: boolean, title = 'kl'): string {
  const head = [title, ...METHOD_NAMES];
  const lines = groups.map((group) => [
    `${group.game}, ${100 * group.fraction} %`,
    ...METHOD_NAMES.map((method) => {
      const values = valuesOf(group, method, metric, equalTime);
      return values.length > 0 ? showInterval(interval(values)) : '–';
    }),
  ]);
  return table(head, lines);
}

const meanKl = (group: Group, method: Method) => {
  const values = valuesOf(group, method, 'kl', true);
  return values.length > 0 ? interval(values).value : Infinity;
};
const best = (group: Group, methods: readonly Method[]) =>
  methods.toSorted((a, b) => meanKl(group, a) - meanKl(group, b))[0]!;

function bestFact(group: Group): Fact {
  const baseline = best(group, BASELINES);
  const derived = best(
    group,
    METHOD_NAMES.filter((method) => !BASELINES.includes(method)),
  );
  return {
    claim: `${group.game}, ${100 * group.fraction} % of the frames: at equal wall-clock the best method has derivatives`,
    holds: meanKl(group, derived) < meanKl(group, baseline),
    detail: `${derived} ${meanKl(group, derived).toFixed(3)}, ${baseline} ${meanKl(group, baseline).toFixed(3)}`,
  };
}

/** Few steps do not tell the values apart; the derivatives they do. */
function jacobianFact(group: Group): Fact {
  const [kl, vjp] = (['kl', 'vjp'] as const).map((method) => valuesOf(group, method, 'jacobian_error', false)[0]!);
  return {
    claim: `${group.game}: the derivative term brings the Jacobian nearer to the teacher's`,
    holds: vjp! < kl!,
    detail: `jacobian_error ${vjp!.toFixed(3)}, without ${kl!.toFixed(3)}`,
  };
}

function figure(groups: readonly Group[]): Figure {
  return { columns: 3, panels: groups.map(panel) };
}

/** Seeds' means against seconds of the program that took the fewest. */
function panel(group: Group): Panel {
  const series = METHOD_NAMES.flatMap((method) => {
    const curves = group.curves.get(method);
    if (!curves) return [];
    const seconds = (group.costs[method] ?? 1000) / 1000;
    const points = curves[0]!.map(({ step }, index) => ({
      x: step * seconds,
      y: curves.reduce((sum, curve) => sum + curve[index]!.kl, 0) / curves.length,
    }));
    return [{ name: method, line: true, points }];
  });
  return {
    title: `${group.game}, ${100 * group.fraction} %`,
    x: { label: 'seconds', scale: 'linear' },
    y: { label: 'held-out kl', scale: 'log' },
    series,
  };
}
