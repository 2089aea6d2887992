import { type Database, json } from '../database.ts';
import { appendEvents, type NewEvent } from '../events.ts';
import { insertMade, type Made } from './made.ts';
import { type FinalStatus, type JobError } from './job-row.ts';
import { type Fence, lockFenced } from './lock.ts';

export interface Outcome {
  status: FinalStatus;
  result?: object | undefined;
  error?: JobError | undefined;
  made?: Made | undefined;
  /** Written before the status event, which is always the last. */
  events?: NewEvent[] | undefined;
}

const MESSAGES: Record<FinalStatus, string> = { succeeded: 'Succeeded', failed: 'Failed', cancelled: 'Cancelled' };

/**
 * Ends the job: no write of any attempt is taken after it.
 * @throws FencedError when the attempt is over
 */
export function finishJob(database: Database, fence: Fence, outcome: Outcome): Promise<void> {
  const { status, result, error, made = {}, events = [] } = outcome;
  return database.$transaction(async (transaction) => {
    const { eventSeq, projectId } = await lockFenced(transaction, fence, events.length + 1);
    const ids = await insertMade(transaction, { jobId: fence.jobId, projectId }, made);
    await transaction.job.update({
      where: { id: fence.jobId },
      data: {
        status,
        finishedAt: new Date(),
        ...(result && { result: json(result) }),
        ...(error && { error: json(error) }),
      },
    });
    const data = { status, ...(result && { result }), ...(error && { error }), ...ids };
    const message = error ? `${MESSAGES[status]}: ${error.message}` : MESSAGES[status];
    const level = status === 'failed' ? 'error' : 'info';
    await appendEvents(transaction, fence.jobId, eventSeq, [...events, { type: 'status', level, message, data }]);
  });
}
