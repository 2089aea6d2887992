import { type Evaluated } from '../distillation/run-distillation.ts';
import { type Row } from '../study/study.ts';
import { type Student } from './students.ts';

export const LOSSES = ['plain', 'vjp'] as const;
export type LossName = (typeof LOSSES)[number];
export type Timed = { stage: 'cost'; student: Student };
export type Trained = { stage: 'train'; student: Student; loss: LossName; seed: number };
export type ArchitectureCell = Timed | Trained;
/** Milliseconds of a step by loss, or a curve. */
export type ArchitectureResult = Record<string, number> | Evaluated[];
export type ArchitectureRow = Row<ArchitectureCell, ArchitectureResult>;
