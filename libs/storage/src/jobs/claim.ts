import { type Database, type Transaction } from '../database.ts';
import { appendEvents } from '../events.ts';
import { findJob, isFinal, type JobRow } from './job-row.ts';
import { lockJob } from './lock.ts';

export interface Claim {
  job: JobRow;
  attempt: number;
  /** Where to go on from; null: from the beginning. */
  checkpoint: { step: number; files: { name: string; sha256: string }[] } | null;
}

/**
 * Begins an attempt at a job: whoever worked on it before is fenced off from here on, and what was recorded after the
 * newest checkpoint is removed, since it will be recorded again. Null: nothing to do, the job has ended.
 */
export async function claimJob(database: Database, id: string, engine: string | undefined): Promise<Claim | null> {
  const begun = await database.$transaction(async (transaction) => {
    const locked = await lockJob(transaction, id, 1);
    if (!locked || isFinal(locked.status)) {
      // The number that was taken must not leave a gap.
      if (locked) await lockJob(transaction, id, -1);
      return null;
    }
    if (locked.status === 'cancelling') {
      await endCancelled(transaction, id, locked.eventSeq);
      return null;
    }
    return begin(transaction, id, locked.eventSeq, engine);
  });
  const job = begun && (await findJob(database, id));
  return job && { job, ...begun };
}

async function begin(
  transaction: Transaction,
  id: string,
  eventSeq: number,
  engine: string | undefined,
): Promise<Omit<Claim, 'job'>> {
  const checkpoint = await newestCheckpoint(transaction, id);
  const fromStep = checkpoint?.step ?? 0;
  await transaction.metric.deleteMany({ where: { jobId: id, step: { gt: fromStep } } });
  const { startedAt } = await transaction.job.findUniqueOrThrow({ where: { id }, select: { startedAt: true } });
  const { attempt } = await transaction.job.update({
    where: { id },
    data: {
      status: 'running',
      attempt: { increment: 1 },
      step: fromStep,
      startedAt: startedAt ?? new Date(),
      ...(engine !== undefined && { engine }),
    },
    select: { attempt: true },
  });
  const message = attempt === 1 ? 'Running' : `Running again, from step ${fromStep}`;
  const data = { status: 'running', attempt, from_step: fromStep, ...(engine !== undefined && { engine }) };
  await appendEvents(transaction, id, eventSeq, [{ type: 'status', message, data }]);
  return { attempt, checkpoint };
}

async function newestCheckpoint(transaction: Transaction, jobId: string): Promise<Claim['checkpoint']> {
  const rows = await transaction.checkpoint.findMany({
    where: { jobId },
    orderBy: [{ step: 'desc' }, { name: 'asc' }],
  });
  const step = rows[0]?.step;
  if (step === undefined) return null;
  return { step, files: rows.filter((row) => row.step === step).map(({ name, sha256 }) => ({ name, sha256 })) };
}

/** The worker that was to notice the cancellation is gone: there is nobody left to wait for. */
async function endCancelled(transaction: Transaction, id: string, eventSeq: number): Promise<void> {
  await transaction.job.update({ where: { id }, data: { status: 'cancelled', finishedAt: new Date() } });
  await appendEvents(transaction, id, eventSeq, [
    { type: 'status', message: 'Cancelled', data: { status: 'cancelled' } },
  ]);
}
