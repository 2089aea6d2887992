import { type Database } from '../database.ts';
import { type Prisma } from '../generated/client.ts';
import { type NewJobFile, toFile } from '../job-files.ts';

export type JobStatus = 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
export type FinalStatus = Extract<JobStatus, 'succeeded' | 'failed' | 'cancelled'>;

/** Why a job failed: a stable code, a sentence, and what it is about (the step, the loss term …). */
export interface JobError {
  code: string;
  message: string;
  data?: object | undefined;
}

/** JSON columns (spec, layerTable, error, result, metadata) are what their writer put there: parse them on reading. */
export interface JobRow {
  id: string;
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
  needsGpu: boolean;
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
    model: { select: { id: true } },
    rolloutsMade: reference,
    labelsMade: reference,
    files: { include: { artifact: true }, orderBy: { name: 'asc' } },
  },
  omit: { teacherId: true, rolloutsId: true, labelsId: true, eventSeq: true },
} as const;

/** Not for use inside a transaction: Prisma loads the relations at the same time, and a connection does one at a time. */
export async function findJob(database: Database, id: string): Promise<JobRow | null> {
  const found = await database.job.findUnique({ where: { id }, ...query });
  return found && toRow(found);
}

export async function findJobs(
  database: Database,
  page: Pick<Prisma.JobFindManyArgs, 'where' | 'orderBy' | 'take'>,
): Promise<JobRow[]> {
  return (await database.job.findMany({ ...page, ...query })).map(toRow);
}

function toRow({ table, model, files, ...row }: Prisma.JobGetPayload<typeof query>): JobRow {
  return { ...row, layerTable: table, modelId: model?.id ?? null, files: files.map(toFile) };
}

export function isFinal(status: JobStatus): status is FinalStatus {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}
