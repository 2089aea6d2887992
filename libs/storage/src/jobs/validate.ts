import { type Database, json } from '../database.ts';
import { type JobError } from './job-row.ts';
import { lockJob } from './lock.ts';
import { moveJob } from './move.ts';

/** Hashes of the files that a job will read; a sweep's are those of its children. */
export async function inputHashes(database: Database, id: string): Promise<string[]> {
  const jobs = await database.job.findMany({
    where: { OR: [{ id }, { parentId: id }] },
    select: {
      fileSha256: true,
      teacher: { select: { weightsSha256: true } },
      rollouts: { select: { fileSha256: true } },
      labels: { select: { fileSha256: true } },
      student: { select: { files: { where: { name: 'student' }, select: { sha256: true } } } },
    },
  });
  const hashes = jobs.flatMap((job) => [
    ...[job.fileSha256, job.teacher?.weightsSha256, job.rollouts?.fileSha256, job.labels?.fileSha256],
    ...(job.student?.files ?? []).map(({ sha256 }) => sha256),
  ]);
  return [...new Set(hashes.filter((sha256) => typeof sha256 === 'string'))];
}

/**
 * Ends a job's validation: it is queued, or has failed. A job that is no longer validating stays as it is.
 * @returns whether it was queued by this call
 */
export function endValidation(database: Database, id: string, error?: JobError): Promise<boolean> {
  return database.$transaction(async (transaction) => {
    const locked = await lockJob(transaction, id);
    if (locked?.status !== 'validating') return false;
    const from = locked.status;
    if (!error) {
      await moveJob(transaction, id, { from, to: 'queued', message: 'Queued' });
      return true;
    }
    const told = { message: `Failed: ${error.message}`, level: 'error', reason: error.code, data: { error } } as const;
    await moveJob(transaction, id, { from, to: 'failed', ...told, columns: { error: json(error) } });
    return false;
  });
}
