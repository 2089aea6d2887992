import { type Database, type Transaction } from '../database.ts';
import { appendEvents } from '../events.ts';
import { IllegalRequestError, NoCheckpointError } from '../errors.ts';
import { newestCheckpoint } from './checkpoints.ts';
import { findJob, type JobRow } from './job-row.ts';
import { type HeldFor, type Locked, lockJob } from './lock.ts';
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
  options: CancelOptions = {},
): Promise<JobRow | null> {
  await database.$transaction(async (transaction) => {
    const locked = await lockJob(transaction, id);
    if (locked) await cancelLocked(transaction, locked, options);
  });
  return findJob(database, id);
}

export interface CancelOptions {
  mode?: CancelMode;
  reason?: string;
}

export async function cancelLocked(
  transaction: Transaction,
  locked: Locked,
  { mode = 'graceful', reason }: CancelOptions,
): Promise<void> {
  const { id, status: from } = locked;
  if (isFinal(from)) return;
  if (from === 'cancelling') return hurry(transaction, locked, mode);
  if (from === 'running' || from === 'pausing') {
    const columns = { stopMode: mode, stopReason: reason ?? null };
    return moveJob(transaction, id, { from, to: 'cancelling', message: 'Cancelling', reason, columns });
  }
  return moveJob(transaction, id, { from, to: 'cancelled', message: 'Cancelled', reason, columns: { heldFor: null } });
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
    requireLegal(locked, 'pause');
    const hasNone =
      checkpoint === 'latest' && locked.status === 'running' && !(await hasCheckpoint(transaction, locked));
    if (hasNone) throw new NoCheckpointError(id);
    await pauseLocked(transaction, locked, { checkpoint, heldFor: null });
  });
  return findJob(database, id);
}

/** A sweep stands where its children stand. */
export async function hasCheckpoint(transaction: Transaction, { id, kind }: Locked): Promise<boolean> {
  return kind === 'sweep' || (await newestCheckpoint(transaction, id)) !== null;
}

/** @param options.heldFor why its sweep will resume it; null: whoever asked will. One that is paused already is held as well */
export async function pauseLocked(
  transaction: Transaction,
  { id, status: from }: Locked,
  { checkpoint, heldFor }: { checkpoint: PauseCheckpoint; heldFor: HeldFor | null },
): Promise<void> {
  if (from === 'paused') await transaction.job.update({ where: { id }, data: { heldFor } });
  if (from === 'queued')
    await moveJob(transaction, id, { from, to: 'paused', message: 'Paused', columns: { heldFor } });
  if (from !== 'running') return;
  const columns = { stopMode: checkpoint, stopReason: null, heldFor };
  await moveJob(transaction, id, { from, to: 'pausing', message: 'Pausing', columns });
}

/** Puts a paused job among those that wait. @throws IllegalRequestError */
export async function requestResume(database: Database, id: string): Promise<JobRow | null> {
  await database.$transaction(async (transaction) => {
    const locked = await lockJob(transaction, id);
    if (!locked) return;
    requireLegal(locked, 'resume');
    await resumeLocked(transaction, locked);
  });
  return findJob(database, id);
}

export async function resumeLocked(transaction: Transaction, { id, status: from }: Locked): Promise<void> {
  const columns = { heldFor: null };
  await moveJob(transaction, id, { from, to: 'queued', message: 'Queued again', reason: 'resumed', columns });
}

/** @throws IllegalRequestError */
export function requireLegal({ id, status }: Pick<Locked, 'id' | 'status'>, request: JobRequest): void {
  const legal = legalRequests(status);
  if (!legal.includes(request)) throw new IllegalRequestError(id, { request, status, legal });
}
