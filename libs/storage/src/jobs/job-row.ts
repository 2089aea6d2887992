import { type Database } from '../database.ts';
import { type Prisma } from '../generated/client.ts';
import { type NewJobFile, toFile } from '../job-files.ts';
import { type SweepOverview, sweepOverviews } from '../sweeps/overview.ts';
import { queuePositions } from './queue-positions.ts';
import { type JobStatus } from './transitions.ts';

/** Why a job failed: a stable code, a sentence, and what it is about (the step, the loss term …). */
export interface JobError {
  code: string;
  message: string;
  data?: object | undefined;
}

/** JSON columns (spec, layerTable, error, result, metadata) are what their writer put there: parse them on reading. */
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

const reference = { select: { id: true, name: true } } as const;
const query = {
  include: {
    teacher: reference,
    rollouts: reference,
    labels: reference,
    models: { where: { checkpointStep: null }, select: { id: true } },
    checkpoints: { where: { isBest: true }, select: { step: true }, take: 1 },
    rolloutsMade: reference,
    labelsMade: reference,
    places: { select: { sweepId: true, point: true } },
    files: { include: { artifact: true }, orderBy: { name: 'asc' } },
  },
  omit: {
    teacherId: true,
    rolloutsId: true,
    labelsId: true,
    eventSeq: true,
    keyId: true,
    queuedAt: true,
    stopMode: true,
    stopReason: true,
  },
} as const;

/** Not for use inside a transaction: Prisma loads the relations at the same time, and a connection does one at a time. */
export async function findJob(database: Database, id: string): Promise<JobRow | null> {
  return (await findJobs(database, { where: { id } }))[0] ?? null;
}

export async function findJobs(
  database: Database,
  page: Pick<Prisma.JobFindManyArgs, 'where' | 'orderBy' | 'take'>,
): Promise<JobRow[]> {
  const found = await database.job.findMany({ ...page, ...query });
  const positions = await queuePositions(database, found);
  const sweeps = await sweepOverviews(
    database,
    found.flatMap(({ id, kind }) => (kind === 'sweep' ? [id] : [])),
  );
  return found.map((row) =>
    toRow(row, { queuePosition: positions.get(row.id) ?? null, sweep: sweeps.get(row.id) ?? null }),
  );
}

type Found = Prisma.JobGetPayload<typeof query>;

function toRow(
  { table, models, checkpoints, files, places, ...row }: Found,
  looked: Pick<JobRow, 'queuePosition' | 'sweep'>,
): JobRow {
  // A sweep that has succeeded has made the best of its models.
  const best = row.status === 'succeeded' ? looked.sweep?.best?.modelId : undefined;
  return {
    ...row,
    ...looked,
    layerTable: table,
    modelId: models[0]?.id ?? best ?? null,
    bestCheckpoint: checkpoints[0]?.step ?? null,
    point: places.find(({ sweepId }) => sweepId === row.parentId)?.point ?? null,
    files: files.map(toFile),
  };
}
