import { LossSpec, lossInWords } from '@distiller/distillation/spec';
import { type JobSummaryRow } from '@distiller/storage';
import { z } from 'zod';
import { JobStatus } from '../jobs/status.ts';

const Extent = z
  .object({ min: z.number().nullable(), max: z.number().nullable(), last: z.number().nullable() })
  .meta({ id: 'MetricExtent' });

/** A job in one line. */
export const JobSummary = z
  .object({
    id: z.string(),
    kind: z.string(),
    status: JobStatus,
    teacher: z.string().nullable().describe('its name'),
    game: z.string().nullable(),
    loss: z.string().nullable().describe('in words; null of what is no distillation'),
    seed: z.int().nullable(),
    preset: z.string().nullable().describe("of the student's architecture"),
    parameter_count: z.int().nullable(),
    flops: z.int().nullable().describe('of one forward pass of one example'),
    model: z.string().nullable().describe('id of the model that the job has made'),
    student_model: z.string().nullable().describe('id of the model that plays or is judged'),
    step: z.int(),
    total_steps: z.int(),
    steps_per_second: z.number().nullable().describe('as the worker measured it, or since the start while it runs'),
    engine: z.string().nullable(),
    error: z.string().nullable().describe('code of why it failed'),
    metadata: z.record(z.string(), z.string()),
    metrics: z
      .record(z.string(), Extent)
      .describe(
        "of kl, action_error, jacobian_error and return_ratio, as far as recorded; or of the model's evaluation",
      ),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'JobSummary' });

export function toSummary(row: JobSummaryRow, now = Date.now()): z.infer<typeof JobSummary> {
  const result = Result.parse(row.result ?? {});
  return {
    id: row.id,
    kind: row.kind,
    status: JobStatus.parse(row.status),
    teacher: row.teacher,
    game: row.game,
    loss: lossOf(row),
    seed: row.seed,
    preset: row.preset,
    parameter_count: row.parameterCount,
    flops: row.flops,
    model: row.modelId,
    student_model: row.studentId,
    step: row.step,
    total_steps: row.totalSteps,
    steps_per_second: result.steps_per_second ?? rateSoFar(row, now),
    engine: row.engine,
    error: row.errorCode,
    metadata: z.record(z.string(), z.string()).parse(row.metadata ?? {}),
    metrics: { ...fromResult(result), ...row.metrics },
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}

const Value = z.number().nullish();
const Result = z.object({
  steps_per_second: Value,
  kl: Value,
  action_error: Value,
  jacobian_error: Value,
  return_ratio: Value,
});

const SUMMED = ['kl', 'action_error', 'jacobian_error', 'return_ratio'] as const;

/** An evaluation records no curves: its figures are its result. */
function fromResult(result: z.infer<typeof Result>) {
  const known = SUMMED.flatMap((name) => {
    const value = result[name];
    return typeof value === 'number' ? [[name, { min: value, max: value, last: value }] as const] : [];
  });
  return Object.fromEntries(known);
}

/** A loss that this version does not know is said to be unknown rather than failing a page of a thousand jobs. */
function lossOf({ kind, loss }: JobSummaryRow): string | null {
  if (kind !== 'distillation') return null;
  const parsed = LossSpec.safeParse(loss ?? {});
  return parsed.success ? lossInWords(parsed.data) : 'unknown';
}

function rateSoFar({ status, startedAt, step }: JobSummaryRow, now: number): number | null {
  const seconds = startedAt ? (now - startedAt.getTime()) / 1000 : 0;
  return status === 'running' && step > 0 && seconds > 0 ? step / seconds : null;
}
