import { type RegisteredTeacher } from '@distiller/distillation';
import {
  type DistillationSpec,
  type EvaluationSpec,
  type ImportSpec,
  type LabellingSpec,
  type RecordingSpec,
} from '@distiller/distillation/spec';

/** A registered policy whose weights are a local file. */
export type TeacherFiles = Omit<RegisteredTeacher, 'weights'> & { name: string; sha256: string; weightsPath: string };

/** Bytes of the artifact store as a local file. */
export interface LocalFile {
  path: string;
  sha256: string;
}

export interface DistillationWork {
  kind: 'distillation';
  jobId: string;
  spec: DistillationSpec;
  teacher: TeacherFiles;
  rollouts: LocalFile | undefined;
  labels: LocalFile | undefined;
  /** The student's, as checked at submission. */
  layerTable: unknown;
}

export interface RecordingWork {
  kind: 'recording';
  spec: RecordingSpec;
  teacher: TeacherFiles;
  /** The model that plays, where it is not the teacher. */
  student: LocalFile | undefined;
}

export interface ImportWork {
  kind: 'import';
  spec: ImportSpec;
  file: LocalFile;
}

export interface LabellingWork {
  kind: 'labelling';
  jobId: string;
  spec: LabellingSpec;
  teacher: TeacherFiles;
  rollouts: LocalFile;
  /** Rows that the labels will refer to. */
  teacherId: string;
  rolloutsId: string;
}

export interface EvaluationWork {
  kind: 'evaluation';
  jobId: string;
  spec: EvaluationSpec;
  teacher: TeacherFiles;
  student: LocalFile;
  rollouts: LocalFile | undefined;
}

/** What a job is to do, with its inputs at hand: one variant a kind of job. */
export type Work = DistillationWork | RecordingWork | ImportWork | LabellingWork | EvaluationWork;
