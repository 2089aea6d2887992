import { type Row } from '../study/study.ts';
import { type Cost, type Problem } from './problem.ts';

export type CostCell = Problem & { sweep: Sweep };
export type CostRow = Row<CostCell, Cost>;
export type Sweep = 'batch' | 'input' | 'projections' | 'depth' | 'labels';
