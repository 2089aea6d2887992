import { JobSpec } from '@distiller/distillation/spec';
import { type JobRow, type NewJobFile } from '@distiller/storage';
import { z } from 'zod';
import { LayerTable } from '../layer-table.ts';
import { HeldFor, SweepPoint, SweepState, toSweepState } from '../sweeps/schema.ts';
import { estimatedFinish } from './estimated-finish.ts';
import { JobStatus } from './status.ts';
import { Sha256 } from '../uploads/schema.ts';

export const Reference = z.object({ id: z.string(), name: z.string() });

/** A file that a job or a model has; its name is what a download asks for. */
export const StoredFile = z
  .object({ name: z.string(), filename: z.string(), media_type: z.string(), sha256: Sha256, bytes: z.int() })
  .meta({ id: 'StoredFile' });

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
    labels: Reference.nullable(),
    student: LayerTable.nullable(),
    student_model: z.string().nullable().describe('id of the model that plays or is judged'),
    model: z.string().nullable().describe('id of the model that the job has made; of a sweep, the best one'),
    made_rollouts: Reference.nullable().describe('that the job has recorded or imported'),
    made_labels: Reference.nullable().describe('that the job has computed'),
    files: z.array(StoredFile).describe('reports, pictures and videos that the job has made'),
    attempt: z.int().describe('how often a worker has begun or gone on with it'),
    step: z.int().describe('training steps, frames or episodes done, whatever the job counts'),
    total_steps: z.int(),
    priority: z.int(),
    queue_position: z.int().nullable().describe('while it is queued: 1 is the next'),
    deadline_at: z.iso.datetime().nullable(),
    estimated_finish: z.iso.datetime().nullable().describe('while it runs, from its measured steps a second'),
    seed: z.int().nullable(),
    retry_of: z.string().nullable().describe('id of the job of which this one is another try'),
    best_checkpoint: z.int().nullable().describe('step of the best checkpoint, where one is kept'),
    parent_id: z.string().nullable().describe('id of the sweep that it is a child of'),
    sweep_point: SweepPoint.nullable().describe('of a child of a sweep: what varies, by its path'),
    held_for: HeldFor.nullable(),
    stop_at_step: z.int().nullable().describe('of a child of a sweep: the rung at which it is compared'),
    sweep: SweepState.nullable().describe('of a sweep: its children, and the best of them'),
    waiting_for: z
      .string()
      .nullable()
      .describe('what no worker that is alive has, while the job is queued; null: nothing is missing'),
    engine: z.string().nullable().describe('tensor engine of the worker'),
    error: JobError.nullable(),
    result: Result.nullable(),
    tags: z.record(z.string(), z.string()),
    metadata: z.record(z.string(), z.string()),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Job' });

export function toStoredFile({ mediaType, ...file }: NewJobFile): z.infer<typeof StoredFile> {
  return { ...file, media_type: mediaType };
}

/** @param lacks what it waits for, which no row says */
export function toJob(row: JobRow, lacks: string | null): z.infer<typeof Job> {
  const { spec, student } = fixedParts(row);
  const changing = Changing.parse({
    id: row.id,
    kind: row.kind,
    status: row.status,
    teacher: row.teacher,
    rollouts: row.rollouts,
    labels: row.labels,
    student_model: row.studentId,
    model: row.modelId,
    made_rollouts: row.rolloutsMade,
    made_labels: row.labelsMade,
    files: row.files.map(toStoredFile),
    attempt: row.attempt,
    step: row.step,
    total_steps: row.totalSteps,
    priority: row.priority,
    queue_position: row.queuePosition,
    deadline_at: row.deadlineAt?.toISOString() ?? null,
    estimated_finish: estimatedFinish(row)?.toISOString() ?? null,
    seed: 'seed' in spec ? spec.seed : null,
    retry_of: row.retryOfId,
    best_checkpoint: row.bestCheckpoint,
    parent_id: row.parentId,
    sweep_point: row.point,
    held_for: row.heldFor,
    stop_at_step: row.stopAtStep,
    sweep: row.sweep && toSweepState(row.sweep),
    waiting_for: lacks,
    engine: row.engine,
    error: row.error,
    result: row.result,
    tags: row.tags,
    metadata: row.metadata,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
  });
  return { ...changing, spec, student };
}

const Fixed = Job.pick({ spec: true, student: true });
const Changing = Job.omit({ spec: true, student: true });

/**
 * What a job is made with stays as it is, and is most of it: checked when it is first shown. It takes twice as long to check a
 * page of jobs as to find it.
 */
const known = new Map<string, z.infer<typeof Fixed>>();
const MOST_KNOWN = 5_000;

function fixedParts({ id, spec, layerTable }: JobRow): z.infer<typeof Fixed> {
  const found = known.get(id);
  if (found) return found;
  const checked = Fixed.parse({ spec, student: layerTable });
  known.set(id, checked);
  // The one that has been known for longest: a map keeps the order.
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
  return checked;
}
