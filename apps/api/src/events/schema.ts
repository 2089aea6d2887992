import { type EventRow } from '@distiller/storage';
import { z } from 'zod';
import { JobError, Result } from '../jobs/schema.ts';
import { JobStatus } from '../jobs/status.ts';

const line = {
  seq: z.int().describe('counts from 1 without a gap'),
  at: z.iso.datetime(),
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
};

const Value = z.number().nullable();

/** One line of a job's history. */
export const JobEvent = z
  .discriminatedUnion('type', [
    z.object({
      ...line,
      type: z.literal('status'),
      data: z.object({
        status: JobStatus,
        from: JobStatus.nullable().optional().describe('null: it was submitted'),
        to: JobStatus.optional().describe('the same as `status`'),
        reason: z
          .string()
          .optional()
          .describe('deadline, resumed, of a child of a sweep rung or halved …, or the code of the error'),
        attempt: z.int().optional(),
        from_step: z.int().optional().describe('points after this step were dropped: they will be recorded again'),
        engine: z.string().optional(),
        result: Result.optional(),
        error: JobError.optional(),
        model: z.string().optional().describe('id of the model that the job has made'),
        rollouts: z.string().optional().describe('id of the rollouts that the job has made'),
        labels: z.string().optional().describe('id of the labels that the job has made'),
      }),
    }),
    z.object({
      ...line,
      type: z.literal('metrics'),
      data: z.object({
        step: z.int().optional(),
        points: z.array(z.object({ name: z.string(), step: z.int(), value: Value })),
      }),
    }),
    z.object({
      ...line,
      type: z.literal('progress'),
      data: z.object({
        phase: z.string(),
        done: z.number(),
        total: z.number(),
        step: z.int().optional(),
        metrics: z.record(z.string(), Value).optional(),
      }),
    }),
    z.object({
      ...line,
      type: z.literal('evaluation'),
      data: z.object({ step: z.int() }).catchall(Value),
    }),
    z.object({
      ...line,
      type: z.literal('checkpoint'),
      data: z.object({
        step: z.int(),
        is_best: z.boolean().optional(),
        files: z.array(z.object({ name: z.string(), sha256: z.string(), bytes: z.int() })),
      }),
    }),
    z.object({ ...line, type: z.literal('message'), data: z.record(z.string(), z.unknown()) }),
  ])
  .meta({ id: 'JobEvent' });
export type JobEvent = z.infer<typeof JobEvent>;

/** A row of a type, or with data, that this version does not know is told as a message. */
export function toEvent({ at, ...row }: EventRow): JobEvent {
  const event = { ...row, at: at.toISOString() };
  const parsed = JobEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  return JobEvent.parse({ ...event, type: 'message', data: { type: row.type, data: row.data } });
}

/** After such an event there is no other. */
export function isLast(event: JobEvent): boolean {
  return event.type === 'status' && ['succeeded', 'failed', 'cancelled'].includes(event.data.status);
}
