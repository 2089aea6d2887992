import { type Database } from '../database.ts';
import { type JobStatus } from './transitions.ts';

/**
 * Places among the jobs of the same project that wait, 1 being the next: by priority, then by how long they have waited. What
 * others have waiting is not to be told.
 */
export async function queuePositions(
  database: Database,
  jobs: readonly { id: string; status: JobStatus }[],
): Promise<Map<string, number>> {
  const waiting = jobs.filter(({ status }) => status === 'queued').map(({ id }) => id);
  if (waiting.length === 0) return new Map();
  const rows = await database.$queryRaw<{ id: string; place: number }[]>`
    SELECT id, place FROM (
      SELECT id, row_number() OVER (PARTITION BY project_id ORDER BY priority DESC, queued_at, id)::int AS place
      FROM jobs WHERE status = 'queued'
    ) AS line WHERE id = ANY (${waiting})`;
  return new Map(rows.map(({ id, place }) => [id, place]));
}
