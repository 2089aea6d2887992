import { type Transaction } from '../database.ts';
import { FencedError } from '../errors.ts';
import { type JobStatus } from './job-row.ts';

/** Which worker's turn a write belongs to. */
export interface Fence {
  jobId: string;
  attempt: number;
}

interface Locked {
  status: JobStatus;
  attempt: number;
  eventSeq: number;
  projectId: string;
}

/** Locks the job's row until the transaction ends, and takes `events` numbers for its history. Null: no such job. */
export async function lockJob(transaction: Transaction, jobId: string, events: number): Promise<Locked | null> {
  const rows = await transaction.$queryRaw<Locked[]>`
    UPDATE jobs SET event_seq = event_seq + ${events} WHERE id = ${jobId}
    RETURNING status::text AS status, attempt, event_seq AS "eventSeq", project_id AS "projectId"`;
  return rows[0] ?? null;
}

/** `lockJob` for a worker. @throws FencedError when its attempt is over; the transaction must then be left to roll back */
export async function lockFenced(transaction: Transaction, fence: Fence, events: number): Promise<Locked> {
  const locked = await lockJob(transaction, fence.jobId, events);
  const working = locked?.status === 'running' || locked?.status === 'cancelling';
  if (!working || locked.attempt !== fence.attempt) throw new FencedError(fence.jobId, fence.attempt);
  return locked;
}
