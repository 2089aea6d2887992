import { type Row } from '../study/study.ts';
import { type FunctionName } from './functions.ts';
import { type Method, type Setting } from './methods.ts';
import { type Errors } from './train.ts';

/** Milliseconds of a step of every method at a size, by turns. */
type Timed = { stage: 'cost'; points: number };
type Fitted = { function: FunctionName; points: number; method: Method; seed: number } & Setting;
/** One trial of a setting. */
export type TuneCell = { stage: 'tune' } & Fitted;
/** A run with the best of them: all steps, or those that values alone leave time for. */
export type TrainCell = { stage: 'train' } & Fitted & { steps: number };
export type RegressionCell = Timed | TuneCell | TrainCell;
export type RegressionResult = Errors | Record<Method, number>;
export type RegressionRow = Row<RegressionCell, RegressionResult>;

/** A study's extent. */
export interface Extent {
  functions: readonly FunctionName[];
  points: readonly number[];
  seeds: readonly number[];
  /** Of values alone; of the others at equal steps. */
  steps: number;
}
