import { z } from 'zod';
import { DistillationSpec } from './distillation.ts';
import { EvaluationSpec } from './evaluation.ts';
import { ImportSpec } from './import.ts';
import { LabellingSpec } from './labelling.ts';
import { RecordingSpec } from './recording.ts';
import { SweepSpec } from './sweep/sweep.ts';
import { unknownKind } from './unknown-kind.ts';

/** What POST /v1/jobs takes: one variant a kind of job. */
export const JobSpec = z
  .discriminatedUnion('kind', [DistillationSpec, RecordingSpec, ImportSpec, LabellingSpec, EvaluationSpec, SweepSpec], {
    error: unknownKind('kind of job', ['distillation', 'recording', 'import', 'labelling', 'evaluation', 'sweep']),
  })
  .meta({ id: 'JobSpec' });
export type JobSpec = z.infer<typeof JobSpec>;

/** Jobs that a worker works on; a sweep is done by its children. */
export type WorkSpec = Exclude<JobSpec, SweepSpec>;

/** Every kind of job there is. */
export const JOB_KINDS = JobSpec.options.map((option) => option.shape.kind.value);

/** Those that workers take. */
export const WORK_KINDS = JOB_KINDS.filter((kind) => kind !== 'sweep');
