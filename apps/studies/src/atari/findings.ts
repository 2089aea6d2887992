import { type Figure, type Panel } from '../figures/figure.ts';
import { bestOf, type Metric } from '../distillation/curves.ts';
import { type Evaluated } from '../distillation/run-distillation.ts';
import { atShare } from '../study/at-share.ts';
import { interval, showInterval } from '../study/interval.ts';
import { table } from '../study/markdown.ts';
import { type Fact, type Findings } from '../study/study.ts';
import { BASELINES, DERIVED, type Method, METHOD_NAMES } from './methods.ts';
import {
  type AtariRow,
  costsOf,
  type Run,
  SIZE_NAMES,
  SIZES,
  teacherOf,
  trainedRows,
  type TrainedRow,
} from './cells.ts';
import { type Game, GAMES } from './games.ts';

/** The runs of one game and fraction; by method in the order of their seeds. */
interface Group {
  game: Game;
  fraction: number;
  runs: Map<Method, TrainedRow[]>;
  /** Milliseconds of a step. */
  costs: Record<string, number>;
}

export function findings(rows: readonly AtariRow[], quick: boolean): Findings {
  const groups = groupsOf(rows);
  if (quick) return { facts: groups.map(jacobianFact), text: '', figures: {} };
  const few = groups.filter(({ fraction }) => fraction < 0.05);
  return {
    facts: [
      ...groups.flatMap(bestFact),
      ...groups.flatMap(stepsFact),
      ...few.flatMap(paperFacts),
      ...returnFacts(rows, groups),
    ],
    text: [
      seedsLine(groups),
      'Held-out `kl` in the same time, at the end of it:',
      metricTable(groups, 'kl', finalKl),
      'The least of each curve, as `"keep": "best"` would give:',
      metricTable(groups, 'kl', (curve) => bestOf(curve, 'kl')),
      'At equal steps, those that vjp-balanced has time for (exact has fewer):',
      stepsTable(groups, 'kl'),
      metricTable(groups, 'action_error', (curve) => curve.at(-1)!.action_error),
      metricTable(groups, 'jacobian_error', (curve) => curve.at(-1)!.jacobian_error),
      'Mean return of 10 episodes over that of the teacher, trained on all frames:',
      returnTable(rows, groups),
      ...sizeTable(rows),
      'A step, milliseconds over those of plain KL (labels not stored but for vjp-stored), and the learning rate that was best:',
      costTable(rows),
    ].join('\n\n'),
    figures: { atari: { columns: 4, panels: groups.map(panel) } satisfies Figure },
  };
}

/** A run may be published before all seeds are done. */
function seedsLine(groups: readonly Group[]): string {
  const least = GAMES.map((game) => {
    const own = groups.filter((group) => group.game === game);
    return Math.min(...own.flatMap(({ runs }) => METHOD_NAMES.map((method) => runs.get(method)?.length ?? 0)));
  });
  if (new Set(least).size === 1) return `${least[0]} seeds of every method and share.`;
  const each = GAMES.map((game, index) => `${game} ${least[index]}`);
  return `Seeds of every method and share: ${each.join(', ')}. Where there is one, its value stands without an interval.`;
}

function groupsOf(rows: readonly AtariRow[]): Group[] {
  const groups = new Map<string, Group>();
  for (const row of trainedRows(rows).toSorted((a, b) => a.cell.seed - b.cell.seed)) {
    const { game, fraction, method } = row.cell;
    const key = `${game} ${fraction}`;
    const group = groups.get(key) ?? {
      game,
      fraction,
      runs: new Map<Method, TrainedRow[]>(),
      costs: costsOf(rows, game),
    };
    group.runs.set(method, [...(group.runs.get(method) ?? []), row]);
    groups.set(key, group);
  }
  return [...groups.values()].toSorted((a, b) => a.game.localeCompare(b.game) || a.fraction - b.fraction);
}

type Read = (curve: readonly Evaluated[]) => number;
const valuesOf = ({ runs }: Group, method: Method, read: Read) =>
  (runs.get(method) ?? []).map(({ curve }) => read(curve));
const finalKl: Read = (curve) => curve.at(-1)!.kl;

function metricTable(groups: readonly Group[], title: string, read: Read): string {
  return groupTable(groups, title, (group, method) => valuesOf(group, method, read));
}

/** Without methods that did not get that far. */
function stepsTable(groups: readonly Group[], metric: Metric): string {
  return groupTable(groups, metric, (group, method) => atEqualSteps(group, method, metric));
}

/** After as many steps as vjp-balanced has. */
function atEqualSteps({ runs }: Group, method: Method, metric: Metric): number[] {
  const steps = runs.get('vjp-balanced')?.[0]?.cell.steps ?? 0;
  const reached = (runs.get(method) ?? []).filter(({ cell }) => cell.steps >= 0.95 * steps);
  return reached.map(({ cell, curve }) => atShare(curve, steps / cell.steps, { read: (point) => point[metric] }));
}

function returnTable(rows: readonly AtariRow[], groups: readonly Group[]): string {
  const played = groups.filter(({ fraction }) => fraction === 1);
  return groupTable(played, 'return_ratio', (group, method) => returnsOf(rows, group, method));
}

/** Students of Rusu's sizes: the share of the teacher's return, beside theirs. */
function sizeTable(rows: readonly AtariRow[]): string[] {
  const sized = rows.flatMap(({ cell, result }) => (cell.stage === 'size' ? [{ cell, run: result as Run }] : []));
  const [first] = sized;
  const teacher = first && teacherOf(rows, first.cell.game)?.['mean'];
  if (!first || teacher === undefined) return [];
  const lines = SIZE_NAMES.flatMap((size) => {
    const own = sized.filter(({ cell }) => cell.student === size).map(({ run }) => run);
    if (own.length === 0) return [];
    const returns = own.map((run) => run.student_return! / teacher);
    const kls = own.map(({ curve }) => finalKl(curve));
    return [[size, showInterval(interval(returns)), SIZES[size].toFixed(2), showInterval(interval(kls))]];
  });
  return [
    `Students of Rusu's sizes in ${first.cell.game}, ${first.cell.steps} steps of plain KL on all frames; theirs are of ten games and a DQN teacher:`,
    table(['student', 'return_ratio', 'Rusu et al.', 'kl'], lines),
  ];
}

function returnsOf(rows: readonly AtariRow[], { game, runs }: Group, method: Method): number[] {
  const teacher = teacherOf(rows, game)?.['mean'];
  const returns = (runs.get(method) ?? []).flatMap(({ student_return }) => student_return ?? []);
  return teacher === undefined ? [] : returns.map((value) => value / teacher);
}

function groupTable(
  groups: readonly Group[],
  title: string,
  values: (group: Group, method: Method) => number[],
): string {
  const lines = groups.map((group) => [
    `${group.game}, ${100 * group.fraction} %`,
    ...METHOD_NAMES.map((method) => {
      const found = values(group, method);
      return found.length > 0 ? showInterval(interval(found)) : '–';
    }),
  ]);
  return table([title, ...METHOD_NAMES], lines);
}

function costTable(rows: readonly AtariRow[]): string {
  const lines = GAMES.flatMap((game) => {
    const costs = costsOf(rows, game);
    const plain = costs['kl'];
    if (plain === undefined) return [];
    const trained = trainedRows(rows).filter(({ cell }) => cell.game === game);
    const rateOf = (method: Method) => trained.find(({ cell }) => cell.method === method)?.cell.learning_rate ?? '–';
    return [
      [`${game}, × ${plain.toFixed(1)} ms`, ...METHOD_NAMES.map((method) => show((costs[method] ?? NaN) / plain))],
      [`${game}, rate`, ...METHOD_NAMES.map((method) => String(rateOf(method)))],
    ];
  });
  return table(['', ...METHOD_NAMES], lines);
}

const show = (value: number) => value.toFixed(2);
const meanOf = (values: readonly number[]) => (values.length > 0 ? interval(values).value : Infinity);
const best = (group: Group, methods: readonly Method[]) =>
  methods.toSorted((a, b) => meanOf(valuesOf(group, a, finalKl)) - meanOf(valuesOf(group, b, finalKl)))[0]!;

/** Of runs with the same seed: first weights and batches are then the same. */
function ratioOf(group: Group, methods: readonly [Method, Method], read: Read) {
  const [above, below] = methods.map((method) => valuesOf(group, method, read)) as [number[], number[]];
  const ratios = above.flatMap((value, index) => (below[index] === undefined ? [] : [value / below[index]]));
  return interval(ratios, 'geometric mean');
}

const where = ({ game, fraction }: Group) => `${game}, ${100 * fraction} % of the frames`;

function bestFact(group: Group): Fact[] {
  const [derived, baseline] = [best(group, DERIVED), best(group, BASELINES)];
  if (!group.runs.has(derived) || !group.runs.has(baseline)) return [];
  const ratio = ratioOf(group, [derived, baseline], finalKl);
  const fact = {
    claim: `${where(group)}: in the same time the best method has derivatives`,
    holds: ratio.value < 1,
    detail: `${derived} ${showInterval(ratio)} of the kl of ${baseline}`,
  };
  return [fact];
}

/** What the paper claims of every share of the frames. */
function stepsFact(group: Group): Fact[] {
  const at = (method: Method) => meanOf(atEqualSteps(group, method, 'kl'));
  const [baseline] = BASELINES.toSorted((a, b) => at(a) - at(b));
  if (!baseline || !group.runs.has('vjp-balanced')) return [];
  const ratio = at('vjp-balanced') / at(baseline);
  const fact = {
    claim: `${where(group)}: at equal steps vjp-balanced errs less than every baseline`,
    holds: ratio < 1,
    detail: `${show(ratio)} of the kl of ${baseline}`,
  };
  return [fact];
}

/** What the paper claims of few frames, against plain KL and against the baseline with noise. */
function paperFacts(group: Group): Fact[] {
  const against = (['kl', 'noise'] as const).filter((baseline) => group.runs.has(baseline));
  if (!group.runs.has('vjp-balanced')) return [];
  const lower = against.map((baseline): Fact => {
    const ratio = ratioOf(group, ['vjp-balanced', baseline], finalKl);
    return {
      claim: `${where(group)}: Sobolev training (vjp-balanced) errs less than ${baseline}, in the same time`,
      holds: ratio.high < 1,
      detail: `${showInterval(ratio)} of its kl`,
    };
  });
  const rise = (method: Method) => meanOf(valuesOf(group, method, (curve) => finalKl(curve) / bestOf(curve, 'kl')));
  const overfits: Fact = {
    claim: `${where(group)}: plain KL overfits in that time, Sobolev training does not`,
    holds: rise('kl') > 1.1 && rise('vjp-balanced') < 1.1,
    detail: `kl at the end over the least of its curve: ${['kl', 'noise', 'vjp-balanced', 'noise-vjp']
      .map((method) => `${method} ${show(rise(method as Method))}`)
      .join(', ')}`,
  };
  return [...lower, overfits];
}

function returnFacts(rows: readonly AtariRow[], groups: readonly Group[]): Fact[] {
  return groups
    .filter(({ fraction }) => fraction === 1)
    .flatMap((group): Fact[] => {
      const ratios = (methods: readonly Method[]) =>
        methods
          .map((method) => ({ method, value: meanOf(returnsOf(rows, group, method)) }))
          .filter(({ value }) => Number.isFinite(value))
          .toSorted((a, b) => b.value - a.value)[0];
      const [derived, baseline] = [ratios(DERIVED), ratios(BASELINES)];
      if (!derived || !baseline) return [];
      const fact = {
        claim: `${where(group)}: the student that plays best was trained with derivatives`,
        holds: derived.value > baseline.value,
        detail: `return over the teacher's: ${derived.method} ${show(derived.value)}, ${baseline.method} ${show(baseline.value)}`,
      };
      return [fact];
    });
}

/** Few steps do not tell the values apart; the derivatives they do. */
function jacobianFact(group: Group): Fact {
  const [kl, vjp] = (['kl', 'vjp-balanced'] as const).map(
    (method) => valuesOf(group, method, (curve) => curve.at(-1)!.jacobian_error)[0]!,
  );
  return {
    claim: `${group.game}: the derivative term brings the Jacobian nearer to the teacher's`,
    holds: vjp! < kl!,
    detail: `jacobian_error ${vjp!.toFixed(3)}, without ${kl!.toFixed(3)}`,
  };
}

/** Seeds' means against seconds of the program that took the fewest. */
function panel(group: Group): Panel {
  const series = METHOD_NAMES.flatMap((method) => {
    const runs = group.runs.get(method);
    if (!runs) return [];
    const seconds = (group.costs[method] ?? 1000) / 1000;
    const points = runs[0]!.curve.map(({ step }, index) => ({
      x: step * seconds,
      y: runs.reduce((sum, { curve }) => sum + curve[index]!.kl, 0) / runs.length,
    }));
    return [{ name: method, line: true, points }];
  });
  return {
    title: where(group),
    x: { label: 'seconds', scale: 'linear' },
    y: { label: 'held-out kl', scale: 'log' },
    series,
  };
}
