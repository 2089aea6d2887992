import { type Row } from '../study/study.ts';
import { type Costs } from './measure-apart.ts';
import { type Problem } from './problem.ts';

/** All terms of a problem once. Rounds of one problem are far apart in time: a slow minute of the machine meets one of them. */
export type CostCell = { sweep: Sweep } & Problem & { round: number };
export type CostRow = Row<CostCell, Costs>;
export type Sweep = 'batch' | 'input' | 'projections' | 'depth' | 'labels';
