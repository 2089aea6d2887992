import { type Game } from '../atari/games.ts';
import { type Figure, type Panel } from '../figures/figure.ts';
import { interval, showInterval } from '../study/interval.ts';
import { table } from '../study/markdown.ts';
import { type Fact, type Findings } from '../study/study.ts';
import { type LoopRow, type Looped, type Method, METHOD_NAMES, type Round } from './cells.ts';

interface Run {
  cell: Looped;
  rounds: Round[];
}

/** Rounds end when they end: less than this is no difference. */
const EARLIER = 0.95;
/** Shares of the teacher's return. */
const REACHED = [0.5, 0.9] as const;
const MEASURES = ['frames', 'minutes'] as const;
type Measure = (typeof MEASURES)[number];

export function findings(rows: readonly LoopRow[], quick: boolean): Findings {
  const runs = rows.flatMap(({ cell, result }): Run[] =>
    cell.stage === 'loop' ? [{ cell, rounds: result as Round[] }] : [],
  );
  if (quick) return { facts: [jacobianFact(runs)], text: '', figures: {} };
  const games = gamesOf(runs);
  return {
    facts: games.flatMap(({ game, own }) =>
      REACHED.flatMap((ratio) => MEASURES.map((measure) => sooner(own, { game, ratio, measure }))),
    ),
    text: [
      ...games.flatMap(({ game, own }) => [`${game}, means of ${seedsOf(own)}:`, roundTable(own)]),
      'To the first round after which the student reaches a share of the teacher’s return:',
      reachedTable(games),
    ].join('\n\n'),
    figures: {
      'closed-loop': {
        columns: 2,
        panels: games.flatMap(({ game, own }) => MEASURES.map((measure) => panel(own, game, measure))),
      } satisfies Figure,
    },
  };
}

interface OfGame {
  game: Game;
  own: Run[];
}

/** In the order of their names. */
function gamesOf(runs: readonly Run[]): OfGame[] {
  const games = [...new Set(runs.map(({ cell }) => cell.game))].toSorted();
  return games.map((game) => ({ game, own: runs.filter(({ cell }) => cell.game === game) }));
}

function seedsOf(runs: readonly Run[]): string {
  const counts = METHOD_NAMES.map((method) => ofMethod(runs, method).length);
  return `${counts.join(' and ')} runs of ${METHOD_NAMES.join(' and ')}`;
}

const ofMethod = (runs: readonly Run[], method: Method) =>
  runs.filter(({ cell }) => cell.method === method).toSorted((a, b) => a.cell.seed - b.cell.seed);

function roundTable(runs: readonly Run[]): string {
  const last = Math.max(...runs.map(({ rounds }) => rounds.length));
  const lines = Array.from({ length: last }, (_, round) => [
    `${round}`,
    ...METHOD_NAMES.flatMap((method) => {
      const there = ofMethod(runs, method).flatMap(({ rounds }) => rounds[round] ?? []);
      return (['return_ratio', 'frames', 'minutes', 'kl', 'jacobian_error'] as const).map((name) =>
        there.length > 0 ? showInterval(interval(there.map((each) => each[name]))) : '–',
      );
    }),
  ]);
  const head = METHOD_NAMES.flatMap((method) => [
    `${method}: return_ratio`,
    'frames',
    'minutes',
    'kl',
    'jacobian_error',
  ]);
  return table(['after round', ...head], lines);
}

/** Undefined where the run never got there. */
function firstAt({ rounds }: Run, ratio: number, measure: Measure): number | undefined {
  return rounds.find(({ return_ratio }) => return_ratio >= ratio)?.[measure];
}

function reachedTable(games: readonly OfGame[]): string {
  const lines = games.flatMap(({ game, own }) =>
    REACHED.flatMap((ratio) =>
      MEASURES.map((measure) => [
        `${game}: ${ratio}, ${measure}`,
        ...METHOD_NAMES.map((method) => {
          const all = ofMethod(own, method);
          const there = all.flatMap((run) => firstAt(run, ratio, measure) ?? []);
          if (there.length === 0) return `– (0 of ${all.length})`;
          return `${showInterval(interval(there))} (${there.length} of ${all.length})`;
        }),
      ]),
    ),
  );
  return table(['reaches', ...METHOD_NAMES], lines);
}

interface Milestone {
  game: Game;
  ratio: number;
  measure: Measure;
}

/** Seed by seed; a run that never got there is later than any that did. */
function sooner(runs: readonly Run[], { game, ratio, measure }: Milestone): Fact {
  const [plain, derived] = METHOD_NAMES.map((method) =>
    ofMethod(runs, method).map((run) => firstAt(run, ratio, measure) ?? Infinity),
  ) as [number[], number[]];
  const pairs = derived.map((value, index) => [value, plain[index] ?? Infinity] as const);
  const wins = pairs.filter(([with_, without]) => with_ < EARLIER * without).length;
  const losses = pairs.filter(([with_, without]) => without < EARLIER * with_).length;
  return {
    claim: `${game}: with derivatives ${ratio} of the teacher's return is reached in ${measure === 'frames' ? 'fewer frames' : 'less time'}`,
    holds: wins > losses,
    detail: `by 5 % and more in ${wins} of ${pairs.length} seeds, later by as much in ${losses}`,
  };
}

/** At equal steps: there is not time in small for more than that. */
function jacobianFact(runs: readonly Run[]): Fact {
  const [plain, derived] = METHOD_NAMES.map(
    (method) => ofMethod(runs, method)[0]?.rounds.at(-1)?.jacobian_error ?? NaN,
  );
  return {
    claim: 'in a closed loop jacobian_error is lower with the derivative term, at equal steps',
    holds: derived! < plain!,
    detail: `${derived!.toFixed(3)} and ${plain!.toFixed(3)}`,
  };
}

function panel(runs: readonly Run[], game: Game, measure: Measure): Panel {
  const label = measure === 'frames' ? 'frames played to be trained on' : 'minutes of training and play';
  return {
    title: game,
    x: { label, scale: 'linear' },
    y: { label: 'return_ratio', scale: 'linear' },
    series: METHOD_NAMES.map((method) => ({
      name: method,
      line: true,
      points: pointsOf(ofMethod(runs, method), measure),
    })),
  };
}

function pointsOf(runs: readonly Run[], measure: Measure) {
  const count = Math.min(...runs.map(({ rounds }) => rounds.length));
  if (runs.length === 0) return [];
  return Array.from({ length: count }, (_, round) => {
    const { value, low, high } = interval(runs.map(({ rounds }) => rounds[round]!.return_ratio));
    return { x: interval(runs.map(({ rounds }) => rounds[round]![measure])).value, y: value, low, high };
  });
}
