import { type SweepChildRow, type SweepOverview } from '@distiller/storage';
import { z } from 'zod';
import { JobStatus } from '../jobs/status.ts';

export const SweepPoint = z.record(z.string(), z.unknown()).meta({ id: 'SweepPoint' });

export const HeldFor = z
  .enum(['labels', 'turn', 'rung', 'sweep'])
  .describe(
    'what a paused child waits for until its sweep resumes it: labels that are being made, a turn (`max_parallel`), the others at its rung, the whole sweep',
  );

const Counts = z
  .object({
    total: z.int(),
    held: z.int().describe('paused until the sweep resumes them'),
    queued: z.int(),
    running: z.int(),
    paused: z.int().describe('by hand'),
    succeeded: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    halved: z.int().describe('cancelled, for others were better at a rung'),
  })
  .meta({ id: 'SweepCounts' });

/** What a sweep tells of itself besides what every job tells. */
export const SweepState = z
  .object({
    metric: z.string(),
    goal: z.string(),
    rungs: z.array(z.int()).describe('steps at which children are compared'),
    children: Counts,
    best: z
      .object({
        job_id: z.string(),
        model_id: z.string().nullable(),
        index: z.int(),
        point: SweepPoint,
        value: z.number(),
      })
      .nullable()
      .describe('of the children that have succeeded'),
  })
  .meta({ id: 'SweepState' });

export function toSweepState({ metric, goal, rungs, counts, best }: SweepOverview): z.infer<typeof SweepState> {
  return {
    ...{ metric, goal, rungs, children: counts },
    best: best && {
      ...{ job_id: best.jobId, model_id: best.modelId, index: best.index, value: best.value },
      point: SweepPoint.parse(best.point),
    },
  };
}

/** A line of the table of a sweep's children. */
export const SweepChild = z
  .object({
    index: z.int(),
    job_id: z.string(),
    parent_id: z
      .string()
      .nullable()
      .describe('the sweep that has made it: an earlier one, where this one is another try'),
    model_id: z.string().nullable(),
    status: JobStatus,
    held_for: HeldFor.nullable(),
    halved: z.boolean(),
    point: SweepPoint,
    step: z.int(),
    total_steps: z.int(),
    stop_at_step: z.int().nullable().describe('the rung at which it is compared'),
    value: z.number().nullable().describe("of the sweep's metric: its model's, else as last measured"),
    place: z.int().nullable().describe('the how many-th it was to end'),
    error: z.string().nullable().describe('code of why it failed'),
  })
  .meta({ id: 'SweepChild' });

export function toSweepChild(row: SweepChildRow): z.infer<typeof SweepChild> {
  return {
    index: row.index,
    job_id: row.jobId,
    parent_id: row.parentId,
    model_id: row.modelId,
    status: row.status,
    held_for: row.heldFor,
    halved: row.isHalved,
    point: SweepPoint.parse(row.point),
    step: row.step,
    total_steps: row.totalSteps,
    stop_at_step: row.stopAtStep,
    value: row.value,
    place: row.place,
    error: row.errorCode,
  };
}
