import { type Database } from '../database.ts';
import { Prisma } from '../generated/client.ts';
import { type NewJobFile } from '../job-files.ts';
import { type SweepOverview, sweepOverviews } from '../sweeps/overview.ts';
import { createKnownRows } from './known-rows.ts';
import { QUEUE_POSITIONS } from './queue-positions.ts';
import { type JobStatus } from './transitions.ts';

/** Why a job failed: a stable code, a sentence, and what it is about (the step, the loss term …). */
export interface JobError {
  code: string;
  message: string;
  data?: object | undefined;
}

/**
 * JSON columns (spec, layerTable, error, result, metadata) are what their writer put there: parse them on reading. The same row
 * is the same object for as long as nothing of it has changed, so that what was made of it can be kept with it.
 */
export interface JobRow {
  id: string;
  projectId: string;
  kind: string;
  status: JobStatus;
  spec: unknown;
  layerTable: unknown;
  teacher: { id: string; name: string } | null;
  rollouts: { id: string; name: string } | null;
  labels: { id: string; name: string } | null;
  /** The model that plays or is judged. */
  studentId: string | null;
  /** An uploaded file that the job reads. */
  fileSha256: string | null;
  /** What the job has made. */
  modelId: string | null;
  rolloutsMade: { id: string; name: string } | null;
  labelsMade: { id: string; name: string } | null;
  files: NewJobFile[];
  attempt: number;
  step: number;
  totalSteps: number;
  engine: string | null;
  error: unknown;
  result: unknown;
  metadata: unknown;
  tags: unknown;
  priority: number;
  deadlineAt: Date | null;
  /** The job of which this one is another try. */
  retryOfId: string | null;
  /** The step of the best checkpoint, where one is kept. */
  bestCheckpoint: number | null;
  /** Of a queued job: 1 is the next. */
  queuePosition: number | null;
  /** Steps a second as its worker measures them, and when it last told a step. */
  rate: number | null;
  progressAt: Date | null;
  needsGpu: boolean;
  /** The sweep that it is a child of, and what varies there. */
  parentId: string | null;
  point: unknown;
  /** Why it is paused, where its sweep will resume it. */
  heldFor: string | null;
  stopAtStep: number | null;
  /** Of a sweep. */
  sweep: SweepOverview | null;
  traceParent: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export async function findJob(database: Database, id: string): Promise<JobRow | null> {
  return (await findJobs(database, Prisma.sql`SELECT * FROM jobs WHERE id = ${id}`))[0] ?? null;
}

/** A reference, or null where the outer join has found none. */
const reference = (table: string) =>
  Prisma.raw(`CASE WHEN ${table}.id IS NOT NULL THEN json_build_object('id', ${table}.id, 'name', ${table}.name) END`);

const COLUMNS = Prisma.sql`
  job.id, job.project_id AS "projectId", job.kind, job.status::text AS status, job.spec, job.layer_table AS "layerTable",
  job.student_id AS "studentId", job.file_sha256 AS "fileSha256", job.attempt, job.step, job.total_steps AS "totalSteps",
  job.engine, job.error, job.result, job.metadata, job.tags, job.priority, job.deadline_at AS "deadlineAt",
  job.retry_of AS "retryOfId", job.steps_per_second AS rate, job.progress_at AS "progressAt", job.needs_gpu AS "needsGpu",
  job.trace_parent AS "traceParent", job.parent_id AS "parentId", job.held_for AS "heldFor",
  job.stop_at_step AS "stopAtStep", job.created_at AS "createdAt", job.started_at AS "startedAt",
  job.finished_at AS "finishedAt", line.place AS "queuePosition",
  ${reference('teacher')} AS teacher, ${reference('used')} AS rollouts, ${reference('labels')} AS labels,
  ${reference('made')} AS "rolloutsMade", ${reference('computed')} AS "labelsMade",
  (SELECT id FROM models WHERE job_id = job.id AND checkpoint_step IS NULL LIMIT 1) AS "modelId",
  (SELECT step FROM checkpoints WHERE job_id = job.id AND is_best LIMIT 1) AS "bestCheckpoint",
  (SELECT point FROM sweep_children WHERE job_id = job.id AND sweep_id = job.parent_id) AS point,
  (SELECT json_agg(json_build_object('name', file.name, 'filename', file.filename, 'mediaType', file.media_type,
                                     'sha256', file.sha256, 'bytes', artifact.bytes) ORDER BY file.name)
   FROM job_files AS file JOIN artifacts AS artifact ON artifact.sha256 = file.sha256
   WHERE file.job_id = job.id) AS files`;

/**
 * One statement for the jobs and all that hangs on them: a list is read thousands of times for each time it changes.
 * @param page whole rows of `jobs`, in some order
 * @param order in which they come, in words of `job`
 */
export async function findJobs(database: Database, page: Prisma.Sql, order = Prisma.sql`job.id`): Promise<JobRow[]> {
  const found = await database.query<{ id: string; text: string }>(Prisma.sql`
    WITH page AS MATERIALIZED (${page}), line AS (${QUEUE_POSITIONS})
    SELECT job.id, (SELECT row_to_json(shown)::text FROM (SELECT ${COLUMNS}) AS shown) AS text
    FROM page AS job
    LEFT JOIN line ON line.id = job.id
    LEFT JOIN teachers AS teacher ON teacher.id = job.teacher_id
    LEFT JOIN rollouts AS used ON used.id = job.rollouts_id
    LEFT JOIN labels ON labels.id = job.labels_id
    LEFT JOIN rollouts AS made ON made.made_by_job_id = job.id
    LEFT JOIN labels AS computed ON computed.made_by_job_id = job.id
    ORDER BY ${order}`);
  const rows = found.map(({ id, text }) => known.get(id, text));
  const sweeps = await sweepOverviews(
    database,
    rows.flatMap(({ id, kind }) => (kind === 'sweep' ? [id] : [])),
  );
  return rows.map((row) => withSweep(row, sweeps.get(row.id)));
}

type Found = Omit<JobRow, 'files' | 'sweep'> & { files: NewJobFile[] | null };

const known = createKnownRows((text: string): JobRow => {
  const row = JSON.parse(text) as Found;
  return {
    ...row,
    files: row.files ?? [],
    sweep: null,
    deadlineAt: toDate(row.deadlineAt),
    progressAt: toDate(row.progressAt),
    createdAt: new Date(row.createdAt),
    startedAt: toDate(row.startedAt),
    finishedAt: toDate(row.finishedAt),
  };
});

function toDate(written: Date | null): Date | null {
  return written && new Date(written);
}

function withSweep(row: JobRow, sweep: SweepOverview | undefined): JobRow {
  if (!sweep) return row;
  // A sweep that has succeeded has made the best of its models.
  const best = row.status === 'succeeded' ? sweep.best?.modelId : undefined;
  return { ...row, sweep, modelId: row.modelId ?? best ?? null };
}
