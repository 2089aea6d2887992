import { type Stored } from '../artifact-store/stored.ts';
import { type Database, type Transaction } from '../database.ts';
import { appendEvents, type NewEvent } from '../events.ts';
import { insertPoints, type MetricPoint } from '../metrics.ts';
import { recordArtifact } from '../uploads.ts';
import { type Fence, lockFenced } from './lock.ts';

export interface Progress {
  points?: MetricPoint[] | undefined;
  /** The last finished step. */
  step?: number | undefined;
  events?: NewEvent[] | undefined;
  /** As soon as it is known, where the job's submission could not tell. */
  totalSteps?: number | undefined;
  /** Resumable state whose bytes are in the artifact store; it takes the place of the one before. */
  checkpoint?: NewCheckpoint | undefined;
}

export interface NewCheckpoint {
  step: number;
  files: (Stored & { name: string })[];
}

/**
 * Records what happened since the last call, all of it or nothing.
 * @throws FencedError when the attempt is over
 */
export function recordProgress(
  database: Database,
  fence: Fence,
  { points = [], step, totalSteps, events = [], checkpoint }: Progress,
): Promise<{ cancelRequested: boolean }> {
  return database.$transaction(async (transaction) => {
    const { status, eventSeq } = await lockFenced(transaction, fence, events.length);
    await insertPoints(transaction, fence.jobId, points);
    if (checkpoint) await replaceCheckpoint(transaction, fence.jobId, checkpoint);
    const counts = { ...(step !== undefined && { step }), ...(totalSteps !== undefined && { totalSteps }) };
    if (Object.keys(counts).length > 0) await transaction.job.update({ where: { id: fence.jobId }, data: counts });
    await appendEvents(transaction, fence.jobId, eventSeq, events);
    return { cancelRequested: status === 'cancelling' };
  });
}

/** The artifact of the one before is left to the sweep: its bytes may be another job's too. */
async function replaceCheckpoint(
  transaction: Transaction,
  jobId: string,
  { step, files }: NewCheckpoint,
): Promise<void> {
  for (const file of files) await recordArtifact(transaction, file);
  await transaction.checkpoint.deleteMany({ where: { jobId } });
  await transaction.checkpoint.createMany({ data: files.map(({ name, sha256 }) => ({ jobId, step, name, sha256 })) });
}
