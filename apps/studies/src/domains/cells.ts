import { type Row } from '../study/study.ts';
import { type CurvePoint } from './distil.ts';
import { type Method, type Setting } from './methods.ts';

/** How good the teacher is; what a step costs; one trial of a setting; one run with the best of them. */
export type DomainCell =
  | { stage: 'teacher' }
  | { stage: 'cost' }
  | ({ stage: 'tune'; examples: number; method: Method } & Setting)
  | ({ stage: 'train'; examples: number; method: Method; seed: number } & Setting);
export type TuneCell = Extract<DomainCell, { stage: 'tune' }>;
export type TrainCell = Extract<DomainCell, { stage: 'train' }>;
export type DomainResult = CurvePoint[] | Record<string, number>;
export type DomainRow = Row<DomainCell, DomainResult>;
