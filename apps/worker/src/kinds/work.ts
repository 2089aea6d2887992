import { type RegisteredTeacher } from '@distiller/distillation';
import { type DistillationSpec } from '@distiller/distillation/spec';

/** A registered teacher whose weights are a local file. */
export type TeacherFiles = Omit<RegisteredTeacher, 'weights'> & { weightsPath: string };

export interface DistillationWork {
  kind: 'distillation';
  jobId: string;
  spec: DistillationSpec;
  teacher: TeacherFiles;
  rolloutsPath: string;
  /** The student's, as checked at submission. */
  layerTable: unknown;
}

/** What a job is to do, with its inputs at hand: one variant a kind of job. */
export type Work = DistillationWork;
