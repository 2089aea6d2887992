import { type Row } from '../study/study.ts';
import { type FunctionName } from './functions.ts';
import { type Method, type Setting } from './methods.ts';
import { type CurvePoint } from './train.ts';

/** What a step costs at a size; one trial of a setting; one run with the best of them. */
export type RegressionCell =
  | { stage: 'cost'; points: number }
  | ({ stage: 'tune'; function: FunctionName; points: number; method: Method } & Setting)
  | ({ stage: 'train'; function: FunctionName; points: number; method: Method; seed: number } & Setting);
export type RegressionResult = CurvePoint[] | Record<Method, number>;
export type RegressionRow = Row<RegressionCell, RegressionResult>;
export type TuneCell = Extract<RegressionCell, { stage: 'tune' }>;
export type TrainCell = Extract<RegressionCell, { stage: 'train' }>;

/** A study's extent. */
export interface Extent {
  functions: readonly FunctionName[];
  points: readonly number[];
  seeds: readonly number[];
  steps: number;
}
