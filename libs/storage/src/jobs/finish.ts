import { type Database, json } from '../database.ts';
import { appendEvents, type NewEvent } from '../events.ts';
import { insertMade, type Made } from './made.ts';
import { type JobError } from './job-row.ts';
import { type Fence, lockFenced } from './lock.ts';
import { moveJob } from './move.ts';
import { type FinalStatus } from './transitions.ts';

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
    const { status: from, eventSeq, projectId } = await lockFenced(transaction, fence, events.length);
    await appendEvents(transaction, fence.jobId, eventSeq, events);
    const ids = await insertMade(transaction, { jobId: fence.jobId, projectId }, made);
    await moveJob(transaction, fence.jobId, {
      from,
      to: status,
      message: error ? `${MESSAGES[status]}: ${error.message}` : MESSAGES[status],
      level: status === 'failed' ? 'error' : 'info',
      reason: error?.code,
      data: { ...(result && { result }), ...(error && { error }), ...ids },
      columns: { ...(result && { result: json(result) }), ...(error && { error: json(error) }) },
    });
  });
}
