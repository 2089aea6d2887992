import { Prisma } from '../generated/client.ts';

/**
 * Places of the jobs in `page` that wait, among those of the same project that do, 1 being the next: by priority, then by how
 * long they have waited. What others have waiting is not to be told. Each job in line is counted once, whatever the page.
 */
export const QUEUE_POSITIONS = Prisma.sql`
  SELECT id, sum(between_them) OVER (PARTITION BY project_id ORDER BY rank, queued_at, id)::int AS place
  FROM (
    SELECT id, project_id, -priority AS rank, queued_at,
           coalesce(lag(-priority) OVER line, -2147483647) AS rank_before,
           coalesce(lag(queued_at) OVER line, '-infinity') AS queued_before, coalesce(lag(id) OVER line, '') AS id_before
    FROM page WHERE status = 'queued'
    WINDOW line AS (PARTITION BY project_id ORDER BY -priority, queued_at, id)
  ) AS waiting
  CROSS JOIN LATERAL (
    SELECT count(*) AS between_them FROM jobs AS other
    WHERE other.status = 'queued' AND other.project_id = waiting.project_id
      AND (-other.priority, other.queued_at, other.id) > (rank_before, queued_before, id_before)
      AND (-other.priority, other.queued_at, other.id) <= (rank, waiting.queued_at, waiting.id)
  ) AS counted`;
