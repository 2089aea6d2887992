import { type EngineName } from '@distiller/compute';
import { type Made, type NewCheckpoint } from '@distiller/storage';
import { type Work } from '../kinds/work.ts';

/** What the worker tells the job's process when it starts. Files are named by local paths. */
export interface JobOrder {
  type: 'begin';
  engine: EngineName;
  artifactsUrl: string;
  checkpointEveryMs: number;
  /** Where to go on from: paths by the names under which the files were kept. */
  checkpoint: { step: number; paths: Record<string, string> } | undefined;
  /** Where it stops by itself, after a checkpoint: its sweep compares it with others there. */
  stopAtStep: number | undefined;
  /** A directory for it alone, which the worker removes when this process has ended. */
  scratch: string;
  work: Work;
}

/** Ends the work soon, after a checkpoint. */
export interface StopOrder {
  type: 'stop';
}

/** What a job tells of itself while it works, in order. */
export type Told =
  /** How far a phase is; `step` where it is what the job counts. */
  | { type: 'progress'; phase: string; done: number; total: number; step?: number; metrics?: Record<string, number> }
  /** Something that people should know. */
  | { type: 'remark'; message: string; data?: Record<string, unknown> }
  | { type: 'step'; step: number; seconds: number; metrics: Record<string, number> }
  | { type: 'evaluation'; step: number; metrics: Record<string, number> }
  | ({ type: 'checkpoint' } & NewCheckpoint)
  /** The bytes of what was made are in the artifact store. */
  | { type: 'finished'; step: number; result: Record<string, number>; made: Made };

/** What the job's process tells the worker. */
export type JobMessage =
  | Told
  | { type: 'stopped'; step: number }
  | { type: 'failed'; code: string; message: string; data: Record<string, unknown> };
