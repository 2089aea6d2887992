import { type Database } from '../database.ts';
import { type Owner } from '../owner.ts';
import { type Page } from '../page.ts';
import { type CheckpointRow, listCheckpoints } from './checkpoints.ts';
import { type Claim, claimJob } from './claim.ts';
import { finishJob, type Outcome } from './finish.ts';
import { insertJob, type NewJob, retryJob, type TakenFile } from './insert.ts';
import { findJob, type JobError, type JobRow } from './job-row.ts';
import { type JobFilter, listJobs } from './list.ts';
import { type Fence } from './lock.ts';
import { type Asked, type Progress, recordProgress } from './progress.ts';
import { settleJob } from './settle.ts';
import { type CancelMode, type PauseCheckpoint, requestCancel, requestPause, requestResume } from './stop.ts';
import { type JobStatus } from './transitions.ts';
import { endValidation, inputHashes } from './validate.ts';

const QUEUEABLE = { id: true, kind: true, priority: true, needsGpu: true } as const;
/** What decides how a job stands in the queue. */
type Queueable = Pick<JobRow, keyof typeof QUEUEABLE>;

export interface Jobs {
  /** @throws UploadGoneError: nothing is stored then */
  create(job: NewJob, file?: TakenFile): Promise<JobRow>;
  get(id: string): Promise<JobRow | null>;
  /** Null: no such job. */
  status(id: string): Promise<JobStatus | null>;
  list(filter: JobFilter): Promise<Page<JobRow>>;
  /** How many there are of each status that some have. */
  countByStatus(): Promise<Record<string, number>>;
  /** Jobs that are to be worked on or settled: what the queue must hold, in the order in which it should. */
  unfinished(limit: number): Promise<Queueable[]>;
  /** Jobs that have not ended and whose deadline is over. */
  late(limit: number): Promise<string[]>;

  /** What clients ask for; see stop.ts. Null: no such job. @throws IllegalRequestError, NoCheckpointError */
  requestCancel(id: string, options?: { mode?: CancelMode; reason?: string }): Promise<JobRow | null>;
  requestPause(id: string, options?: { checkpoint?: PauseCheckpoint }): Promise<JobRow | null>;
  requestResume(id: string): Promise<JobRow | null>;
  /** Another job with the same spec, of one that has failed or was cancelled; null: no such job. */
  retry(id: string, by?: Pick<Owner, 'keyId' | 'onCreated'>): Promise<JobRow | null>;

  checkpoints(id: string): Promise<CheckpointRow[]>;

  /** Jobs whose inputs somebody has begun to look at before that moment, and not ended. */
  validating(before: Date, limit: number): Promise<Queueable[]>;
  inputHashes(id: string): Promise<string[]>;
  endValidation(id: string, error?: JobError): Promise<boolean>;

  /** For workers; see each one's own file. */
  claim(id: string, options?: { engine?: string }): Promise<Claim | null>;
  recordProgress(fence: Fence, progress: Progress): Promise<{ asked: Asked }>;
  settle(fence: Fence, step: number): Promise<void>;
  finish(fence: Fence, outcome: Outcome): Promise<void>;
}

export function createJobs(database: Database): Jobs {
  return {
    create: (job, file) => insertJob(database, job, file),
    get: (id) => findJob(database, id),
    status: async (id) => (await database.job.findUnique({ where: { id }, select: { status: true } }))?.status ?? null,
    list: (filter) => listJobs(database, filter),
    countByStatus: async () => {
      const groups = await database.job.groupBy({ by: ['status'], _count: true });
      return Object.fromEntries(groups.map(({ status, _count }) => [status, _count]));
    },
    unfinished: (limit) =>
      database.job.findMany({
        where: { status: { in: ['queued', 'running', 'pausing', 'cancelling'] }, kind: { not: 'sweep' } },
        take: limit,
        orderBy: [{ priority: 'desc' }, { queuedAt: 'asc' }, { id: 'asc' }],
        select: QUEUEABLE,
      }),
    late: (limit) => lateJobs(database, limit),
    requestCancel: (id, options) => requestCancel(database, id, options),
    requestPause: (id, options) => requestPause(database, id, options),
    requestResume: (id) => requestResume(database, id),
    retry: (id, by) => retryJob(database, id, by),
    checkpoints: (id) => listCheckpoints(database, id),
    validating: (before, limit) =>
      database.job.findMany({
        where: { status: 'validating', createdAt: { lt: before } },
        take: limit,
        orderBy: { id: 'asc' },
        select: QUEUEABLE,
      }),
    inputHashes: (id) => inputHashes(database, id),
    endValidation: (id, error) => endValidation(database, id, error),
    claim: (id, { engine } = {}) => claimJob(database, id, engine),
    recordProgress: (fence, progress) => recordProgress(database, fence, progress),
    settle: (fence, step) => settleJob(database, fence, step),
    finish: (fence, outcome) => finishJob(database, fence, outcome),
  };
}

async function lateJobs(database: Database, limit: number): Promise<string[]> {
  const rows = await database.job.findMany({
    where: { finishedAt: null, deadlineAt: { lte: new Date() }, status: { not: 'cancelling' } },
    take: limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
