import { type Database, type Transaction } from '../database.ts';
import { appendEvents } from '../events.ts';
import { findJob, type JobRow, type JobStatus } from './job-row.ts';
import { lockJob } from './lock.ts';

/** A queued job is cancelled at once, a running one when its worker has noticed; any other stays as it is. */
export async function requestCancel(database: Database, id: string): Promise<JobRow | null> {
  await database.$transaction(async (transaction) => {
    const locked = await lockJob(transaction, id, 0);
    if (locked?.status === 'queued') await move(transaction, id, 'cancelled', 'Cancelled');
    if (locked?.status === 'running') await move(transaction, id, 'cancelling', 'Cancelling');
  });
  return findJob(database, id);
}

async function move(transaction: Transaction, id: string, status: JobStatus, message: string): Promise<void> {
  const { eventSeq } = await transaction.job.update({
    where: { id },
    data: { status, eventSeq: { increment: 1 }, ...(status === 'cancelled' && { finishedAt: new Date() }) },
  });
  await appendEvents(transaction, id, eventSeq, [{ type: 'status', message, data: { status } }]);
}
