import { Architecture } from '@distiller/policies/description';
import { z } from 'zod';
import { LabelsSource } from './labels-source.ts';
import { LossSpec } from './loss.ts';
import { OptimizerSpec } from './optimizer.ts';
import { Metadata, Reference } from './reference.ts';

export const DistillationSpec = z
  .strictObject({
    kind: z.literal('distillation'),
    teacher: Reference.describe('id or name of a teacher'),
    rollouts: Reference.describe('id or name of rollouts recorded under the same observation contract'),
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
    held_out_fraction: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.2)
      .describe('the last whole episodes that make up at least this share'),
    evaluate_every: z.int().min(1).default(250).describe('steps between evaluations'),
    evaluation_frames: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(2000)
      .describe('held-out frames for kl and action_error, evenly spread'),
    jacobian_frames: z
      .int()
      .min(1)
      .max(100_000)
      .default(200)
      .describe('held-out frames for jacobian_error, evenly spread'),
    seed: z.int().min(0).max(0xffff_ffff).default(1),
    metadata: Metadata,
  })
  .meta({ id: 'DistillationSpec' });
export type DistillationSpec = z.infer<typeof DistillationSpec>;

/** What POST /v1/jobs takes: one variant a kind of job. */
export const JobSpec = z.discriminatedUnion('kind', [DistillationSpec]).meta({ id: 'JobSpec' });
export type JobSpec = z.infer<typeof JobSpec>;
