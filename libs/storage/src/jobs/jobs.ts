import { type Database, json } from '../database.ts';
import { appendEvents } from '../events.ts';
import { newId } from '../identifiers.ts';
import { type Page, pageArguments, type PageRequest, toPage } from '../page.ts';
import { requestCancel } from './cancel.ts';
import { type Claim, claimJob } from './claim.ts';
import { finishJob, type Outcome } from './finish.ts';
import { findJob, findJobs, type JobRow, type JobStatus } from './job-row.ts';
import { type Fence } from './lock.ts';
import { recordArtifact, takeUpload } from '../uploads.ts';
import { type Progress, recordProgress } from './progress.ts';

export interface NewJob {
  kind: string;
  /** As parsed, every default filled in. */
  spec: object;
  layerTable?: object | undefined;
  teacherId?: string | undefined;
  rolloutsId?: string | undefined;
  labelsId?: string | undefined;
  studentId?: string | undefined;
  totalSteps: number;
  metadata: object;
  /** It waits for a worker that has one. */
  needsGpu?: boolean | undefined;
  /** Of the request that makes it (W3C Trace Context). */
  traceParent?: string | undefined;
}

/** An upload that becomes the file that a job reads; `keep` moves its bytes just before the rows are committed. */
export interface TakenFile {
  upload: string;
  keep: () => Promise<void>;
}

interface JobFilter extends PageRequest {
  status?: JobStatus[] | undefined;
}

export interface Jobs {
  /** @throws UploadGoneError: nothing is stored then */
  create(job: NewJob, file?: TakenFile): Promise<JobRow>;
  get(id: string): Promise<JobRow | null>;
  list(filter: JobFilter): Promise<Page<JobRow>>;
  /** How many there are of each status that some have. */
  countByStatus(): Promise<Record<string, number>>;
  /** Jobs that have not ended, oldest first: what the queue must hold. */
  unfinished(limit: number): Promise<{ id: string; kind: string; needsGpu: boolean }[]>;
  /** Cancels a queued job at once, asks the worker of a running one; a job that has ended is returned as it is. */
  requestCancel(id: string): Promise<JobRow | null>;

  /** For workers; see each one's own file. */
  claim(id: string, options?: { engine?: string }): Promise<Claim | null>;
  recordProgress(fence: Fence, progress: Progress): Promise<{ cancelRequested: boolean }>;
  finish(fence: Fence, outcome: Outcome): Promise<void>;
}

export function createJobs(database: Database): Jobs {
  return {
    create: (job, file) => insertJob(database, job, file),
    get: (id) => findJob(database, id),
    list: async ({ status, ...page }) => {
      const { where, ...rest } = pageArguments(page);
      const filter = { ...where, ...(status && { status: { in: status } }) };
      return toPage(await findJobs(database, { ...rest, where: filter }), page.limit, (row) => row);
    },
    countByStatus: async () => {
      const groups = await database.job.groupBy({ by: ['status'], _count: true });
      return Object.fromEntries(groups.map(({ status, _count }) => [status, _count]));
    },
    unfinished: (limit) =>
      database.job.findMany({
        where: { status: { in: ['queued', 'running', 'cancelling'] } },
        take: limit,
        orderBy: { id: 'asc' },
        select: { id: true, kind: true, needsGpu: true },
      }),
    requestCancel: (id) => requestCancel(database, id),
    claim: (id, { engine } = {}) => claimJob(database, id, engine),
    recordProgress: (fence, progress) => recordProgress(database, fence, progress),
    finish: (fence, outcome) => finishJob(database, fence, outcome),
  };
}

async function insertJob(
  database: Database,
  { spec, layerTable, metadata, ...plain }: NewJob,
  file: TakenFile | undefined,
): Promise<JobRow> {
  const id = newId('job');
  const table = layerTable && { table: json(layerTable) };
  const data = { ...plain, ...table, id, spec: json(spec), metadata: json(metadata), eventSeq: 1 };
  await database.$transaction(async (transaction) => {
    const taken = file && (await takeUpload(transaction, file.upload));
    if (taken) await recordArtifact(transaction, taken);
    await transaction.job.create({ data: { ...data, ...(taken && { fileSha256: taken.sha256 }) } });
    await file?.keep();
    await appendEvents(transaction, id, 1, [{ type: 'status', message: 'Queued', data: { status: 'queued' } }]);
  });
  const created = await findJob(database, id);
  if (!created) throw new Error(`${id} vanished`);
  return created;
}
