import { type Transaction } from '../database.ts';

/** How its children stand: each counts once. */
interface ChildCounts {
  total: number;
  /** Until there is room, labels or a rung is decided. */
  held: number;
  queued: number;
  running: number;
  /** By hand. */
  paused: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  /** Cancelled, for others were better at a rung. */
  halved: number;
}

interface BestChild {
  jobId: string;
  modelId: string | null;
  index: number;
  point: unknown;
  value: number;
}

/** What is told of a sweep besides what is told of every job. */
export interface SweepOverview {
  metric: string;
  goal: string;
  rungs: number[];
  counts: ChildCounts;
  /** Of those that have succeeded. */
  best: BestChild | null;
}

export async function sweepOverviews(database: Transaction, ids: string[]): Promise<Map<string, SweepOverview>> {
  if (ids.length === 0) return new Map();
  const sweeps = await database.sweep.findMany({ where: { jobId: { in: ids } } });
  const counts = await readCounts(database, ids);
  const best = await readBest(database, ids);
  const entries = sweeps.map(({ jobId, metric, goal, rungs }): [string, SweepOverview] => {
    const own = counts.find(({ sweepId }) => sweepId === jobId) ?? NONE;
    return [jobId, { metric, goal, rungs, counts: own, best: best.find(({ sweepId }) => sweepId === jobId) ?? null }];
  });
  return new Map(entries);
}

const NONE: ChildCounts = {
  ...{ total: 0, held: 0, queued: 0, running: 0, paused: 0 },
  ...{ succeeded: 0, failed: 0, cancelled: 0, halved: 0 },
};

function readCounts(database: Transaction, ids: string[]): Promise<(ChildCounts & { sweepId: string })[]> {
  return database.$queryRaw`
    SELECT child.sweep_id AS "sweepId", count(*)::int AS total,
      count(*) FILTER (WHERE job.status = 'paused' AND job.held_for IS NOT NULL)::int AS held,
      count(*) FILTER (WHERE job.status IN ('validating', 'queued'))::int AS queued,
      count(*) FILTER (WHERE job.status IN ('running', 'pausing', 'cancelling'))::int AS running,
      count(*) FILTER (WHERE job.status = 'paused' AND job.held_for IS NULL)::int AS paused,
      count(*) FILTER (WHERE job.status = 'succeeded')::int AS succeeded,
      count(*) FILTER (WHERE job.status = 'failed')::int AS failed,
      count(*) FILTER (WHERE job.status = 'cancelled' AND NOT child.is_halved)::int AS cancelled,
      count(*) FILTER (WHERE job.status = 'cancelled' AND child.is_halved)::int AS halved
    FROM sweep_children child JOIN jobs job ON job.id = child.job_id
    WHERE child.sweep_id = ANY(${ids}::text[]) GROUP BY child.sweep_id`;
}

function readBest(database: Transaction, ids: string[]): Promise<(BestChild & { sweepId: string })[]> {
  return database.$queryRaw`
    SELECT DISTINCT ON (child.sweep_id) child.sweep_id AS "sweepId", job.id AS "jobId", model.id AS "modelId",
      child.index, child.point, (job.result->>sweep.metric)::float8 AS value
    FROM sweep_children child
    JOIN sweeps sweep ON sweep.job_id = child.sweep_id
    JOIN jobs job ON job.id = child.job_id
    LEFT JOIN models model ON model.job_id = job.id AND model.checkpoint_step IS NULL
    WHERE child.sweep_id = ANY(${ids}::text[]) AND job.status = 'succeeded' AND job.result->>sweep.metric IS NOT NULL
    ORDER BY child.sweep_id,
      (job.result->>sweep.metric)::float8 * CASE sweep.goal WHEN 'minimize' THEN 1 ELSE -1 END, child.index`;
}
