import { type Costs } from '../cost/measure-apart.ts';
import { type Evaluated } from '../distillation/run-distillation.ts';
import { type Row } from '../study/study.ts';
import { type Student } from './students.ts';

export const LOSSES = ['plain', 'vjp'] as const;
export type LossName = (typeof LOSSES)[number];
/** Milliseconds of a step by loss, labels asked for. */
export type Timed = { stage: 'cost'; student: Student; round: number };
/** Time and memory of a step of both by itself, labels given. */
export type Weighed = { stage: 'memory'; student: Student; round: number };
export type Trained = { stage: 'train'; student: Student; loss: LossName; seed: number };
export type ArchitectureCell = Timed | Weighed | Trained;
export type ArchitectureResult = Record<string, number> | Costs | Evaluated[];
export type ArchitectureRow = Row<ArchitectureCell, ArchitectureResult>;
