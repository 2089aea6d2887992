import { type Evaluated } from '../distillation/run-distillation.ts';
import { type Row } from '../study/study.ts';
import { type Game } from './games.ts';
import { type Method } from './methods.ts';

type Timed = { stage: 'cost'; game: Game };
export type Tried = { stage: 'tune'; game: Game; method: Method; learning_rate: number };
export type Trained = {
  stage: 'train';
  game: Game;
  fraction: number;
  method: Method;
  seed: number;
  learning_rate: number;
};
export type AtariCell = Timed | Tried | Trained;
/** Milliseconds of a step by method, or a curve. */
export type AtariResult = Record<string, number> | Evaluated[];
export type AtariRow = Row<AtariCell, AtariResult>;
