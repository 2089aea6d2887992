import { type Database, type Transaction } from '../database.ts';
import { newestCheckpoint, type StoredCheckpoint } from './checkpoints.ts';
import { findJob, type JobRow } from './job-row.ts';
import { type Locked, lockJob } from './lock.ts';
import { moveJob } from './move.ts';
import { endStopped } from './settle.ts';

export interface Claim {
  job: JobRow;
  attempt: number;
  /** Where to go on from; null: from the beginning. */
  checkpoint: StoredCheckpoint | null;
}

/**
 * Begins an attempt at a job: whoever worked on it before is fenced off from here on, and what was recorded after the
 * newest checkpoint is removed, since it will be recorded again. Null: nothing to do, the job has ended, is held, or is
 * not yet to be worked on.
 */
export async function claimJob(database: Database, id: string, engine: string | undefined): Promise<Claim | null> {
  const begun = await database.$transaction(async (transaction) => {
    const locked = await lockJob(transaction, id);
    // A sweep is done by its children.
    if (locked?.kind === 'sweep') return null;
    switch (locked?.status) {
      case 'queued':
      case 'running':
        if (locked.isLate) await endLate(transaction, locked);
        return locked.isLate ? null : begin(transaction, locked, engine);
      case 'pausing':
      case 'cancelling':
        // The worker that was to notice is gone: there is nobody left to wait for.
        await endStopped(transaction, locked);
        return null;
      default:
        return null;
    }
  });
  const job = begun && (await findJob(database, id));
  return job && { job, ...begun };
}

async function begin(
  transaction: Transaction,
  { id, status: from }: Locked,
  engine: string | undefined,
): Promise<Omit<Claim, 'job'>> {
  const checkpoint = await newestCheckpoint(transaction, id);
  const fromStep = checkpoint?.step ?? 0;
  await transaction.metric.deleteMany({ where: { jobId: id, step: { gt: fromStep } } });
  const before = await transaction.job.findUniqueOrThrow({ where: { id }, select: { startedAt: true, attempt: true } });
  const attempt = before.attempt + 1;
  const ownEngine = engine !== undefined && { engine };
  await moveJob(transaction, id, {
    from,
    to: 'running',
    message: attempt === 1 ? 'Running' : `Running again, from step ${fromStep}`,
    data: { attempt, from_step: fromStep, ...ownEngine },
    columns: { attempt, step: fromStep, startedAt: before.startedAt ?? new Date(), rate: null, ...ownEngine },
  });
  return { attempt, checkpoint };
}

function endLate(transaction: Transaction, { id, status: from }: Locked): Promise<void> {
  return moveJob(transaction, id, { from, to: 'cancelled', message: 'Cancelled: too late', reason: 'deadline' });
}
