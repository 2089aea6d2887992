import { type Evaluated } from '../distillation/run-distillation.ts';
import { type Row } from '../study/study.ts';
import { type Game } from './games.ts';
import { type Method, STORED } from './methods.ts';

/** Milliseconds of a step of every method that asks the teacher, by turns; of those that read labels and of plain KL. */
type Timed = { stage: 'cost' | 'cost-stored'; game: Game };
/** How the teacher plays, and chance. */
type Judged = { stage: 'teacher'; game: Game };
export type Tried = { stage: 'tune'; game: Game; method: Method; learning_rate: number; steps: number };
export type Trained = {
  stage: 'train';
  game: Game;
  fraction: number;
  method: Method;
  seed: number;
  learning_rate: number;
  /** As many as fit into the time of every method. */
  steps: number;
};
/** A student of one of Rusu's sizes, trained for longer on all frames, and how it plays. */
export type Sized = {
  stage: 'size';
  game: Game;
  student: Size;
  method: Method;
  seed: number;
  learning_rate: number;
  steps: number;
};
export type AtariCell = Timed | Judged | Tried | Trained | Sized;

/** Students of Rusu et al. (2016) by their share of the teacher's parameters, and the share of its return that they reached. */
export const SIZES = { 'rusu-25': 1.08, 'rusu-7': 1.02, 'rusu-4': 0.84 } as const;
export type Size = keyof typeof SIZES;
export const SIZE_NAMES = Object.keys(SIZES) as Size[];

/** What became of a student. */
export interface Run {
  curve: Evaluated[];
  /** Mean over some episodes of the trained student; of runs on all frames. */
  student_return?: number;
}
export type AtariResult = Record<string, number> | Run;
export type AtariRow = Row<AtariCell, AtariResult>;

/** A run's cell with its curve. */
export interface TrainedRow extends Run {
  cell: Trained;
}
export const trainedRows = (rows: readonly AtariRow[]): TrainedRow[] =>
  rows.flatMap(({ cell, result }) => (cell.stage === 'train' ? [{ cell, ...(result as Run) }] : []));

/** How a game's teacher plays, and chance; undefined where it was not yet measured. */
export function teacherOf(rows: readonly AtariRow[], game: Game): Record<string, number> | undefined {
  return measured(rows, 'teacher', game);
}

/**
 * Milliseconds of a step by method, of those that were timed. What reads labels was timed beside plain KL on another occasion, and
 * is put in proportion.
 */
export function costsOf(rows: readonly AtariRow[], game: Game): Record<string, number> {
  const costs = measured(rows, 'cost', game);
  const others = measured(rows, 'cost-stored', game);
  if (!costs || !others) return costs ?? {};
  const scale = costs['kl']! / others['kl']!;
  return { ...costs, ...Object.fromEntries(STORED.map((method) => [method, scale * others[method]!])) };
}

function measured(
  rows: readonly AtariRow[],
  stage: (Timed | Judged)['stage'],
  game: Game,
): Record<string, number> | undefined {
  const row = rows.find(({ cell }) => cell.stage === stage && cell.game === game);
  return row?.result as Record<string, number> | undefined;
}
