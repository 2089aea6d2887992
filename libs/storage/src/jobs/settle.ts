import { type Database, type Transaction } from '../database.ts';
import { type Fence, type Locked, lockFenced } from './lock.ts';
import { newestCheckpoint } from './checkpoints.ts';
import { moveJob } from './move.ts';

/**
 * A worker's word that it has stopped because it was asked to, or has come to where its sweep compares it: the job is paused or
 * cancelled from here on.
 * @param step that it has reached
 * @throws FencedError when the attempt is over
 */
export function settleJob(database: Database, fence: Fence, step: number): Promise<void> {
  return database.$transaction(async (transaction) =>
    endStopped(transaction, await lockFenced(transaction, fence), step),
  );
}

/** Ends a stop that was asked for, in a row that is locked; nobody works on the job any more. */
export async function endStopped(transaction: Transaction, locked: Locked, step?: number): Promise<void> {
  const { id, status: from, stopReason: reason, stopAtStep } = locked;
  const stopped = { stopMode: null, stopReason: null, rate: null };
  if (from === 'running' && stopAtStep !== null && step !== undefined && step >= stopAtStep) {
    const columns = { ...stopped, heldFor: 'rung' };
    await moveJob(transaction, id, {
      from,
      to: 'paused',
      message: `At its rung, step ${step}`,
      reason: 'rung',
      columns,
    });
  }
  if (from === 'cancelling') {
    const result = step !== undefined && { result: { step } };
    const told = { message: 'Cancelled', reason, data: { ...result }, columns: { ...stopped, ...result } };
    await moveJob(transaction, id, { from, to: 'cancelled', ...told });
  }
  if (from === 'pausing') {
    // What came after the checkpoint will be done again.
    const kept = (await newestCheckpoint(transaction, id))?.step ?? 0;
    const message = kept > 0 ? `Paused at step ${kept}` : 'Paused before its first checkpoint';
    await moveJob(transaction, id, { from, to: 'paused', message, columns: { ...stopped, step: kept } });
  }
}
