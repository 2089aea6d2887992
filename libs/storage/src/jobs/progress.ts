import { type Database } from '../database.ts';
import { appendEvents, type NewEvent } from '../events.ts';
import { insertPoints, type MetricPoint } from '../metrics.ts';
import { addCheckpoint, type NewCheckpoint } from './checkpoints.ts';
import { type Fence, type Locked, lockFenced } from './lock.ts';

export interface Progress {
  points?: MetricPoint[] | undefined;
  /** The last finished step. */
  step?: number | undefined;
  /** Steps a second, as measured. */
  rate?: number | undefined;
  events?: NewEvent[] | undefined;
  /** As soon as it is known, where the job's submission could not tell. */
  totalSteps?: number | undefined;
  checkpoint?: NewCheckpoint | undefined;
}

/** What a worker is asked to do: to stop its process after a checkpoint, to end it at once, or nothing. */
export type Asked = 'stop' | 'end' | null;

/**
 * Records what happened since the last call, all of it or nothing.
 * @throws FencedError when the attempt is over
 */
export function recordProgress(
  database: Database,
  fence: Fence,
  { points = [], step, rate, totalSteps, events = [], checkpoint }: Progress,
): Promise<{ asked: Asked }> {
  return database.$transaction(async (transaction) => {
    const locked = await lockFenced(transaction, fence, events.length);
    await insertPoints(transaction, fence.jobId, points);
    if (checkpoint) await addCheckpoint(transaction, fence.jobId, checkpoint);
    const counts = {
      ...(step !== undefined && { step, progressAt: new Date() }),
      ...(rate !== undefined && { rate }),
      ...(totalSteps !== undefined && { totalSteps }),
    };
    if (Object.keys(counts).length > 0) await transaction.job.update({ where: { id: fence.jobId }, data: counts });
    await appendEvents(transaction, fence.jobId, locked.eventSeq, events);
    return { asked: asked(locked) };
  });
}

function asked({ status, stopMode }: Locked): Asked {
  if (status === 'running') return null;
  return stopMode === 'now' || stopMode === 'latest' ? 'end' : 'stop';
}
