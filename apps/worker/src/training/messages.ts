import { type EngineName } from '@distiller/compute';
import { type EvaluationMetrics, type RegisteredTeacher } from '@distiller/distillation';
import { type DistillationSpec } from '@distiller/distillation/spec';

/** What the worker tells the training process when it starts. Files are named by local paths. */
export interface TrainingOrder {
  type: 'train';
  engine: EngineName;
  spec: DistillationSpec;
  teacher: Omit<RegisteredTeacher, 'weights'> & { weightsPath: string };
  rolloutsPath: string;
  checkpointPath: string | undefined;
  checkpointEveryMs: number;
  artifactsUrl: string;
}

/** Ends training at the next step, after a checkpoint. */
export interface StopOrder {
  type: 'stop';
}

export interface StoredFile {
  sha256: string;
  bytes: number;
}

/** What the training process tells the worker, in order. Bytes go to the artifact store first; messages carry their hash. */
export type TrainingMessage =
  | { type: 'labelling'; done: number; total: number }
  | { type: 'step'; step: number; seconds: number; metrics: Record<string, number> }
  | { type: 'evaluation'; step: number; metrics: EvaluationMetrics }
  | { type: 'checkpoint'; step: number; file: StoredFile }
  | { type: 'finished'; metrics: EvaluationMetrics; student: StoredFile; reference: StoredFile; parameterCount: number }
  | { type: 'stopped'; step: number }
  | { type: 'failed'; code: string; message: string; data: Record<string, unknown> };
