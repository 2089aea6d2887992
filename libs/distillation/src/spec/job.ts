import { Architecture } from '@distiller/policies/description';
import { z } from 'zod';
import { EvaluationSpec } from './evaluation.ts';
import { keptFields } from './early-stopping.ts';
import { heldOutFields } from './held-out.ts';
import { ImportSpec } from './import.ts';
import { LabellingSpec } from './labelling.ts';
import { LabelsSource } from './labels-source.ts';
import { LossSpec } from './loss.ts';
import { jobFields } from './job-fields.ts';
import { OptimizerSpec } from './optimizer.ts';
import { RecordingSpec } from './recording.ts';
import { Reference, ResourceName } from './resource.ts';
import { TrainingData } from './training-data.ts';
import { unknownKind } from './unknown-kind.ts';

export const DistillationSpec = z
  .strictObject({
    kind: z.literal('distillation'),
    teacher: Reference.describe('id or name of a teacher'),
    rollouts: Reference.optional().describe('id or name of rollouts recorded under the same observation contract'),
    data: TrainingData.default({ kind: 'recorded' }),
    student: Architecture.default({ preset: 'paper-student' }),
    loss: LossSpec.default(LossSpec.parse({})),
    labels: LabelsSource.default(LabelsSource.parse({ kind: 'auto' })),
    optimizer: OptimizerSpec.default(OptimizerSpec.parse({ kind: 'adam' })),
    batch_size: z.int().min(1).max(4096).default(200),
    steps: z.int().min(1).max(10_000_000).default(3000),
    train_fraction: z
      .number()
      .gt(0)
      .max(1)
      .default(0.25)
      .describe('share of the frames before the held-out episodes, in time order'),
    evaluate_every: z.int().min(1).default(250).describe('steps between evaluations'),
    ...heldOutFields,
    ...keptFields,
    seed: z.int().min(0).max(0xffff_ffff).default(1),
    name: ResourceName.optional().describe('of the model: the student becomes the next version of it'),
    ...jobFields,
  })
  .refine(({ data, rollouts }) => data.kind !== 'recorded' || rollouts !== undefined, {
    path: ['rollouts'],
    error: 'recorded data come from rollouts: name them',
  })
  .refine(({ data, early_stopping }) => data.kind === 'recorded' || early_stopping === null, {
    path: ['early_stopping'],
    error: 'a closed loop trains through all of its rounds',
  })
  .refine(({ data, keep }) => data.kind === 'recorded' || keep === 'last', {
    path: ['keep'],
    error: 'a closed loop keeps its last student, which has played',
  })
  .meta({ id: 'DistillationSpec' });
export type DistillationSpec = z.infer<typeof DistillationSpec>;

/** What POST /v1/jobs takes: one variant a kind of job. */
export const JobSpec = z
  .discriminatedUnion('kind', [DistillationSpec, RecordingSpec, ImportSpec, LabellingSpec, EvaluationSpec], {
    error: unknownKind('kind of job', ['distillation', 'recording', 'import', 'labelling', 'evaluation']),
  })
  .meta({ id: 'JobSpec' });
export type JobSpec = z.infer<typeof JobSpec>;

/** Every kind of job there is. */
export const JOB_KINDS = JobSpec.options.map((option) => option.shape.kind.value);
