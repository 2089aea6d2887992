import { type Evaluated } from '../distillation/run-distillation.ts';
import { type Row } from '../study/study.ts';
import { type Game } from './games.ts';
import { type Method } from './methods.ts';

/** Milliseconds of a step of every method, by turns. */
type Timed = { stage: 'cost'; game: Game };
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
export type AtariCell = Timed | Judged | Tried | Trained;

/** What became of a student. */
export interface Run {
  curve: Evaluated[];
  /** Mean over some episodes of the trained student; of runs on all frames only. */
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

/** What was measured of a game as a whole; undefined where it was not yet. */
export function measuredOf(
  rows: readonly AtariRow[],
  stage: 'cost' | 'teacher',
  game: Game,
): Record<string, number> | undefined {
  const row = rows.find(({ cell }) => cell.stage === stage && cell.game === game);
  return row?.result as Record<string, number> | undefined;
}
