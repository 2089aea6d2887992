import { type Transaction } from '../database.ts';
import { appendEvents } from '../events.ts';
import { type EventLevel, type Prisma } from '../generated/client.ts';
import { tellOfJob } from '../webhooks/job-data.ts';
import { isFinal, isLegal, type JobStatus } from './transitions.ts';

interface Move {
  from: JobStatus;
  to: JobStatus;
  message: string;
  level?: EventLevel;
  /** A word for programs: why. */
  reason?: string | null | undefined;
  /** What else the event tells. */
  data?: object;
  /** What else changes in the row. */
  columns?: Prisma.JobUncheckedUpdateInput;
}

/**
 * The one way from a status to another: changes the row, which the caller has locked, and writes the event.
 * @throws Error when the lifecycle knows no such way: a mistake of the caller's
 */
export async function moveJob(
  transaction: Transaction,
  id: string,
  { from, to, message, level, reason, data, columns }: Move,
): Promise<void> {
  if (!isLegal(from, to)) throw new Error(`${id}: no way from ${from} to ${to}`);
  const { eventSeq, projectId } = await transaction.job.update({
    where: { id },
    data: {
      ...columns,
      status: to,
      eventSeq: { increment: 1 },
      ...(to === 'queued' && { queuedAt: new Date() }),
      ...(isFinal(to) && { finishedAt: new Date() }),
    },
    select: { eventSeq: true, projectId: true },
  });
  await appendEvents(transaction, id, eventSeq, [
    { type: 'status', level, message, data: { ...statusData(from, to, reason), ...data } },
  ]);
  await tellOfJob(transaction, id, { projectId, from, to, reason, made: data });
}

/** What every status event tells. */
export function statusData(from: JobStatus | null, to: JobStatus, reason?: string | null): object {
  return { status: to, from, to, ...(reason && { reason }) };
}
