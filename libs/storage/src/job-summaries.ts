import { type Database } from './database.ts';
import { type JobStatus } from './jobs/transitions.ts';
import { type Page, type PageRequest, toPage } from './page.ts';
import { Prisma } from './generated/client.ts';

/** The lowest, highest and newest finite value of one metric. */
interface MetricSummary {
  min: number | null;
  max: number | null;
  last: number | null;
}

/** One line of a table of jobs. JSON columns (spec, loss, metadata, result) are what their writer put there. */
export interface JobSummaryRow {
  id: string;
  kind: string;
  status: JobStatus;
  teacher: string | null;
  game: string | null;
  loss: unknown;
  seed: number | null;
  /** `preset` of the student's architecture; null where it was given layer by layer. */
  preset: string | null;
  parameterCount: number | null;
  flops: number | null;
  modelId: string | null;
  /** The model that plays or is judged. */
  studentId: string | null;
  step: number;
  totalSteps: number;
  engine: string | null;
  errorCode: string | null;
  metadata: unknown;
  result: unknown;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  metrics: Record<string, MetricSummary>;
}

interface SummaryRequest extends PageRequest {
  status?: JobStatus[] | undefined;
  ids?: string[] | undefined;
}

export interface JobSummaries {
  /**
   * A page of jobs, newest first, each with the extent of its held-out metrics: small enough for thousands at once.
   * `return_ratio` is also told of a job whose model an evaluation has judged.
   */
  list(request: SummaryRequest): Promise<Page<JobSummaryRow>>;
}

/** What is summed up; a job records far more (every step's loss). */
const METRICS = ['kl', 'action_error', 'jacobian_error', 'return_ratio'];

export function createJobSummaries(database: Database): JobSummaries {
  return {
    list: async (request) => {
      const found = await readRows(database, request);
      const ids = found.map(({ id }) => id);
      const metrics = groupMetrics(await readMetrics(database, ids));
      for (const { id, ratio } of await readJudged(database, ids)) {
        metrics.set(id, { return_ratio: { min: ratio, max: ratio, last: ratio }, ...metrics.get(id) });
      }
      return toPage(found, request.limit, (row) => ({ ...row, metrics: metrics.get(row.id) ?? {} }));
    },
  };
}

function readRows(database: Database, { limit, after, projectId, status, ids }: SummaryRequest) {
  const conditions = [
    projectId === undefined ? Prisma.sql`true` : Prisma.sql`job.project_id = ${projectId}`,
    ...(after === undefined ? [] : [Prisma.sql`job.id < ${after}`]),
    ...(status ? [Prisma.sql`job.status::text = ANY(${status}::text[])`] : []),
    ...(ids ? [Prisma.sql`job.id = ANY(${ids}::text[])`] : []),
  ];
  return database.$queryRaw<Omit<JobSummaryRow, 'metrics'>[]>`
    SELECT job.id, job.kind, job.status::text AS status, teacher.name AS teacher,
      coalesce(teacher.observation->>'game', rollouts.observation->>'game', job.spec->'observation'->>'game') AS game,
      job.spec->'loss' AS loss, (job.spec->>'seed')::float8 AS seed, job.spec->'student'->>'preset' AS preset,
      (job.layer_table->>'parameter_count')::float8 AS "parameterCount", (job.layer_table->>'flops')::float8 AS flops,
      model.id AS "modelId", job.student_id AS "studentId", job.step, job.total_steps AS "totalSteps", job.engine, job.error->>'code' AS "errorCode",
      job.metadata, job.result, job.created_at AS "createdAt", job.started_at AS "startedAt",
      job.finished_at AS "finishedAt"
    FROM jobs job
    LEFT JOIN teachers teacher ON teacher.id = job.teacher_id
    LEFT JOIN rollouts ON rollouts.id = job.rollouts_id
    LEFT JOIN models model ON model.job_id = job.id AND model.checkpoint_step IS NULL
    WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY job.id DESC LIMIT ${limit + 1}`;
}

interface Extent extends MetricSummary {
  jobId: string;
  name: string;
}

/** NaN is the largest number to Postgres, so what is not finite is left out. */
function readMetrics(database: Database, ids: string[]): Promise<Extent[]> {
  return database.$queryRaw<Extent[]>`
    SELECT job_id AS "jobId", name, min(value) AS min, max(value) AS max,
      (array_agg(value ORDER BY step DESC))[1] AS last
    FROM metrics
    WHERE job_id = ANY(${ids}::text[]) AND name = ANY(${METRICS}::text[])
      AND value NOT IN ('NaN'::float8, 'Infinity'::float8, '-Infinity'::float8)
    GROUP BY job_id, name`;
}

/** By the newest evaluation of the job's model that has succeeded. */
function readJudged(database: Database, ids: string[]): Promise<{ id: string; ratio: number }[]> {
  return database.$queryRaw<{ id: string; ratio: number }[]>`
    SELECT DISTINCT ON (model.job_id) model.job_id AS id,
      coalesce(evaluation.result->>'return_ratio', evaluation.result->>'return_ratio_sticky')::float8 AS ratio
    FROM jobs evaluation
    JOIN models model ON model.id = evaluation.student_id AND model.project_id = evaluation.project_id
    WHERE model.job_id = ANY(${ids}::text[]) AND evaluation.kind = 'evaluation' AND evaluation.status = 'succeeded'
      AND coalesce(evaluation.result->>'return_ratio', evaluation.result->>'return_ratio_sticky') IS NOT NULL
    ORDER BY model.job_id, evaluation.id DESC`;
}

function groupMetrics(extents: Extent[]): Map<string, Record<string, MetricSummary>> {
  const grouped = new Map<string, Record<string, MetricSummary>>();
  for (const { jobId, name, ...extent } of extents) grouped.set(jobId, { ...grouped.get(jobId), [name]: extent });
  return grouped;
}
