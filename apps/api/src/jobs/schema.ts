import { JobSpec } from '@distiller/distillation/spec';
import { type JobRow } from '@distiller/storage';
import { z } from 'zod';
import { LayerTable } from '../layer-table.ts';
import { PageQuery } from '../page.ts';

export const JobStatus = z
  .enum(['queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled'])
  .meta({ id: 'JobStatus' });

const Reference = z.object({ id: z.string(), name: z.string() });

const Value = z.number().nullable().optional();

/** What came out, on held-out episodes; null stands for a number that is not finite. */
export const Result = z
  .object({
    kl: Value,
    action_error: Value,
    jacobian_error: Value,
    seconds: Value,
    steps_per_second: Value,
    parameter_count: Value,
  })
  .catchall(z.number().nullable())
  .meta({ id: 'JobResult' });

export const JobError = z
  .object({
    code: z.string(),
    message: z.string(),
    data: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'JobError' });

export const Job = z
  .object({
    id: z.string(),
    kind: z.string(),
    status: JobStatus,
    spec: JobSpec,
    teacher: Reference.nullable(),
    rollouts: Reference.nullable(),
    student: LayerTable.nullable(),
    model: z.string().nullable().describe('id of the model that the job has made'),
    attempt: z.int().describe('how often a worker has begun or gone on with it'),
    step: z.int(),
    total_steps: z.int(),
    engine: z.string().nullable().describe('tensor engine of the worker'),
    error: JobError.nullable(),
    result: Result.nullable(),
    metadata: z.record(z.string(), z.string()),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Job' });

export const JobQuery = PageQuery.extend({
  status: z
    .string()
    .regex(new RegExp(`^(${JobStatus.options.join('|')})(,(${JobStatus.options.join('|')}))*$`), {
      error: `one or more of ${JobStatus.options.join(', ')}, separated by commas`,
    })
    .optional()
    .describe('only jobs with one of these, separated by commas'),
});

export function toJob(row: JobRow): z.infer<typeof Job> {
  return Job.parse({
    id: row.id,
    kind: row.kind,
    status: row.status,
    spec: row.spec,
    teacher: row.teacher,
    rollouts: row.rollouts,
    student: row.layerTable,
    model: row.modelId,
    attempt: row.attempt,
    step: row.step,
    total_steps: row.totalSteps,
    engine: row.engine,
    error: row.error,
    result: row.result,
    metadata: row.metadata,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
  });
}
