import { type Transaction } from '../database.ts';
import { type JobStatus } from '../jobs/transitions.ts';
import { tellWebhooks, writeDeliveries } from './outbox.ts';

interface JobChange {
  projectId: string;
  /** Null: it was submitted. */
  from: JobStatus | null;
  to: JobStatus;
  reason?: string | null | undefined;
  /** Ids of what it has made. */
  made?: { model?: string; rollouts?: string; labels?: string } | undefined;
}

/** Leaves word of a job's new status, which its row has already. */
export function tellOfJob(
  transaction: Transaction,
  id: string,
  { projectId, to, ...change }: JobChange,
): Promise<void> {
  return tellWebhooks(transaction, { projectId, type: `job.${to}`, data: () => jobData(transaction, id, change) });
}

/** The same of a job that was just written, for webhooks that were found with it. */
export function tellOfNewJob(
  transaction: Transaction,
  id: string,
  { webhookIds, status }: { webhookIds: readonly string[]; status: JobStatus },
): Promise<void> {
  const data = () => jobData(transaction, id, { from: null });
  return writeDeliveries(transaction, webhookIds, { type: `job.${status}`, data });
}

const SCALARS = {
  id: true,
  kind: true,
  status: true,
  attempt: true,
  step: true,
  engine: true,
  error: true,
  result: true,
  tags: true,
  metadata: true,
} as const;

/** The job in short: fields that have the names of the API's. Its spec, files and curves are read there. */
async function jobData(
  transaction: Transaction,
  id: string,
  { from, reason, made = {} }: Pick<JobChange, 'from' | 'reason' | 'made'>,
): Promise<object> {
  const times = { createdAt: true, startedAt: true, finishedAt: true } as const;
  const { totalSteps, createdAt, startedAt, finishedAt, ...scalars } = await transaction.job.findUniqueOrThrow({
    where: { id },
    select: { ...SCALARS, ...times, totalSteps: true },
  });
  return {
    ...scalars,
    from,
    reason: reason ?? null,
    total_steps: totalSteps,
    model: made.model ?? null,
    rollouts: made.rollouts ?? null,
    labels: made.labels ?? null,
    created_at: createdAt,
    started_at: startedAt,
    finished_at: finishedAt,
  };
}
