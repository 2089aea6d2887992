import { type Row } from '../study/study.ts';
import { type Method } from './methods.ts';

export type Tried = { stage: 'tune'; splits: number; method: Method; learning_rate: number };
export type Trained = { stage: 'train'; splits: number; method: Method; seed: number; learning_rate: number };
export type SplitCell = Tried | Trained;
/** Share of held-out images put into their class. */
export type SplitResult = { accuracy: number };
export type SplitRow = Row<SplitCell, SplitResult>;
