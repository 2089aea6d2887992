import { type Database, type Transaction } from '../database.ts';
import { appendEvents } from '../events.ts';
import { IllegalRequestError, NoCheckpointError } from '../errors.ts';
import { newestCheckpoint } from './checkpoints.ts';
import { findJob, type JobRow } from './job-row.ts';
import { type Locked, lockJob } from './lock.ts';
import { moveJob } from './move.ts';
import { isFinal, type JobRequest, legalRequests } from './transitions.ts';

/** `graceful`: at the next step, keeping what it has; `now`: its process is ended. */
export type CancelMode = 'graceful' | 'now';

/** `save`: a checkpoint is made first; `latest`: what came after the last one is dropped. */
export type PauseCheckpoint = 'save' | 'latest';

/**
 * A job that nobody works on is cancelled at once, another one when its worker has noticed. One that has ended, or is
 * being cancelled, stays as it is, but `now` overrules `graceful`.
 */
export async function requestCancel(
  database: Database,
  id: string,
  { mode = 'graceful', reason }: { mode?: CancelMode; reason?: string } = {},
): Promise<JobRow | null> {
  await database.$transaction(async (transaction) => {
    const locked = await lockJob(transaction, id);
    if (!locked || isFinal(locked.status)) return;
    const { status: from } = locked;
    if (from === 'cancelling') return hurry(transaction, locked, mode);
    if (from === 'running' || from === 'pausing') {
      const columns = { stopMode: mode, stopReason: reason ?? null };
      return moveJob(transaction, id, { from, to: 'cancelling', message: 'Cancelling', reason, columns });
    }
    return moveJob(transaction, id, { from, to: 'cancelled', message: 'Cancelled', reason });
  });
  return findJob(database, id);
}

async function hurry(transaction: Transaction, { id, stopMode }: Locked, mode: CancelMode): Promise<void> {
  if (mode !== 'now' || stopMode === 'now') return;
  const { eventSeq } = await transaction.job.update({
    where: { id },
    data: { stopMode: mode, eventSeq: { increment: 1 } },
    select: { eventSeq: true },
  });
  await appendEvents(transaction, id, eventSeq, [{ type: 'message', message: 'Not waiting for its next step' }]);
}

/**
 * A waiting job is held at once, a running one when its worker has stopped.
 * @throws IllegalRequestError; NoCheckpointError when the latest is asked for and there is none
 */
export async function requestPause(
  database: Database,
  id: string,
  { checkpoint = 'save' }: { checkpoint?: PauseCheckpoint } = {},
): Promise<JobRow | null> {
  await database.$transaction(async (transaction) => {
    const locked = await lockJob(transaction, id);
    if (!locked) return;
    const { status: from } = locked;
    requireLegal(locked, 'pause');
    if (from === 'queued') return moveJob(transaction, id, { from, to: 'paused', message: 'Paused' });
    if (from !== 'running') return;
    if (checkpoint === 'latest' && !(await newestCheckpoint(transaction, id))) throw new NoCheckpointError(id);
    const columns = { stopMode: checkpoint, stopReason: null };
    await moveJob(transaction, id, { from, to: 'pausing', message: 'Pausing', columns });
  });
  return findJob(database, id);
}

/** Puts a paused job among those that wait. @throws IllegalRequestError */
export async function requestResume(database: Database, id: string): Promise<JobRow | null> {
  await database.$transaction(async (transaction) => {
    const locked = await lockJob(transaction, id);
    if (!locked) return;
    requireLegal(locked, 'resume');
    await moveJob(transaction, id, { from: locked.status, to: 'queued', message: 'Queued again', reason: 'resumed' });
  });
  return findJob(database, id);
}

/** @throws IllegalRequestError */
export function requireLegal({ id, status }: Pick<Locked, 'id' | 'status'>, request: JobRequest): void {
  const legal = legalRequests(status);
  if (!legal.includes(request)) throw new IllegalRequestError(id, { request, status, legal });
}
