import { type Transaction } from '../database.ts';
import { type ChildState, type MadeJob, type SweepRules, type SweepState } from './sweep-state.ts';

/** What decides about a sweep, and what it tells of itself. */
export interface ReadSweep extends SweepState {
  id: string;
  projectId: string;
  modelName: string | null;
  /** As it was told last. */
  step: number;
  startedAt: Date | null;
  /** Over its children, now. */
  doneSteps: number;
  rate: number | null;
  children: readonly (ChildState & { modelId: string | null })[];
}

/** Null: no such sweep. Not locked: whoever acts on it has locked the sweep's row first. */
export async function readSweep(database: Transaction, id: string): Promise<ReadSweep | null> {
  const sweep = await database.sweep.findUnique({ where: { jobId: id }, include: { job: true } });
  if (!sweep) return null;
  const { job, metric, goal, maxParallel, failures, rungs, keeps, modelName } = sweep;
  const children = await readChildren(database, id);
  const rates = children.flatMap(({ status, rate }) => (status === 'running' && rate !== null ? [rate] : []));
  return {
    ...{ id, projectId: job.projectId, status: job.status, stopMode: job.stopMode, stopReason: job.stopReason },
    ...{ step: job.step, startedAt: job.startedAt, modelName },
    rules: { metric, goal: goal as SweepRules['goal'], maxParallel, failures, rungs, keeps },
    children,
    labellings: await readLabellings(database, id),
    doneSteps: children.reduce((sum, { step }) => sum + step, 0),
    rate: rates.length > 0 ? rates.reduce((sum, rate) => sum + rate, 0) : null,
  };
}

type Child = ReadSweep['children'][number] & { rate: number | null };

async function readChildren(database: Transaction, sweepId: string): Promise<Child[]> {
  const rows = await database.$queryRaw<(Omit<Child, 'endedAt'> & { endedAt: Date | null })[]>`
    SELECT child.index, job.id, job.status::text AS status, job.step, job.held_for AS "heldFor",
      job.stop_at_step AS "stopAtStep", job.stop_mode AS "stopMode", job.steps_per_second AS rate,
      job.finished_at AS "endedAt", child.place, child.labelling_id AS "labellingId",
      child.is_halved AS "isHalved", model.id AS "modelId",
      CASE WHEN job.status = 'succeeded' THEN (job.result->>sweep.metric)::float8
        ELSE (SELECT value FROM metrics WHERE job_id = job.id AND name = sweep.metric AND step = job.stop_at_step)
      END AS value
    FROM sweep_children child
    JOIN sweeps sweep ON sweep.job_id = child.sweep_id
    JOIN jobs job ON job.id = child.job_id
    LEFT JOIN models model ON model.job_id = job.id AND model.checkpoint_step IS NULL
    WHERE child.sweep_id = ${sweepId} ORDER BY child.index`;
  return rows.map((row) => ({ ...row, endedAt: row.endedAt?.getTime() ?? null }));
}

function readLabellings(database: Transaction, parentId: string): Promise<(MadeJob & { labelsId: string | null })[]> {
  return database.$queryRaw`
    SELECT job.id, job.status::text AS status, job.stop_mode AS "stopMode", job.held_for AS "heldFor", labels.id AS "labelsId"
    FROM jobs job LEFT JOIN labels ON labels.made_by_job_id = job.id
    WHERE job.parent_id = ${parentId} AND job.kind = 'labelling' ORDER BY job.id`;
}
