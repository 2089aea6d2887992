import { type Database } from '../database.ts';
import { type HeldFor } from '../jobs/lock.ts';
import { type JobStatus } from '../jobs/transitions.ts';

/** A line of a sweep's table of children. */
export interface SweepChildRow {
  index: number;
  jobId: string;
  /** The sweep that has made it: another one, where this one is another try. */
  parentId: string | null;
  modelId: string | null;
  status: JobStatus;
  heldFor: HeldFor | null;
  isHalved: boolean;
  point: unknown;
  step: number;
  totalSteps: number;
  stopAtStep: number | null;
  /** Of the sweep's metric: that of its model, else the newest that was measured. */
  value: number | null;
  place: number | null;
  errorCode: string | null;
}

/** All children of a sweep, in the order of their points. */
export function listSweepChildren(database: Database, sweepId: string): Promise<SweepChildRow[]> {
  return database.$queryRaw<SweepChildRow[]>`
    SELECT child.index, job.id AS "jobId", job.parent_id AS "parentId", model.id AS "modelId", job.status::text AS status,
      job.held_for AS "heldFor", child.is_halved AS "isHalved", child.point, job.step, job.total_steps AS "totalSteps",
      job.stop_at_step AS "stopAtStep", child.place, job.error->>'code' AS "errorCode",
      CASE WHEN job.status = 'succeeded' THEN (job.result->>sweep.metric)::float8
        ELSE (SELECT value FROM metrics WHERE job_id = job.id AND name = sweep.metric
              AND value NOT IN ('NaN'::float8, 'Infinity'::float8, '-Infinity'::float8) ORDER BY step DESC LIMIT 1)
      END AS value
    FROM sweep_children child
    JOIN sweeps sweep ON sweep.job_id = child.sweep_id
    JOIN jobs job ON job.id = child.job_id
    LEFT JOIN models model ON model.job_id = job.id AND model.checkpoint_step IS NULL
    WHERE child.sweep_id = ${sweepId} ORDER BY child.index`;
}
