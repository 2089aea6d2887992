import { type Transaction } from '../database.ts';
import { FencedError } from '../errors.ts';
import { type JobStatus } from './transitions.ts';

/** Which worker's turn a write belongs to. */
export interface Fence {
  jobId: string;
  attempt: number;
}

/** Why a child is paused, where its sweep will resume it. */
export type HeldFor = 'labels' | 'turn' | 'rung' | 'sweep';

export interface Locked {
  id: string;
  projectId: string;
  kind: string;
  status: JobStatus;
  attempt: number;
  eventSeq: number;
  /** Of a job that is being cancelled `graceful` or `now`, of one that is being paused `save` or `latest`. */
  stopMode: string | null;
  stopReason: string | null;
  heldFor: HeldFor | null;
  /** Where a child of a sweep is to stop. */
  stopAtStep: number | null;
  /** Its deadline is over. */
  isLate: boolean;
}

/** Locks the job's row until the transaction ends, and takes `events` numbers for its history. Null: no such job. */
export async function lockJob(transaction: Transaction, jobId: string, events = 0): Promise<Locked | null> {
  const rows = await transaction.$queryRaw<Locked[]>`
    UPDATE jobs SET event_seq = event_seq + ${events} WHERE id = ${jobId}
    RETURNING id, project_id AS "projectId", kind, status::text AS status, attempt, event_seq AS "eventSeq",
              stop_mode AS "stopMode", stop_reason AS "stopReason", held_for AS "heldFor", stop_at_step AS "stopAtStep",
              coalesce(deadline_at <= now(), false) AS "isLate"`;
  return rows[0] ?? null;
}

/** `lockJob` for a worker. @throws FencedError when its attempt is over; the transaction must then be left to roll back */
export async function lockFenced(transaction: Transaction, fence: Fence, events = 0): Promise<Locked> {
  const locked = await lockJob(transaction, fence.jobId, events);
  const working = locked && WORKED_ON.includes(locked.status);
  if (!working || locked.attempt !== fence.attempt) throw new FencedError(fence.jobId, fence.attempt);
  return locked;
}

const WORKED_ON: readonly JobStatus[] = ['running', 'pausing', 'cancelling'];
