import { type Database, jsonb, type Transaction } from '../database.ts';
import { type Job, Prisma } from '../generated/client.ts';
import { bindingOf, type IdempotencyHold } from '../idempotency.ts';
import { newId } from '../identifiers.ts';
import { DEFAULT_PROJECT, EVERYBODY, type OnCreated, type Owner } from '../owner.ts';
import { recordArtifact, takeUpload } from '../uploads.ts';
import { EVENTS_CHANNEL } from '../watch.ts';
import { tellOfNewJob } from '../webhooks/job-data.ts';
import { webhooksToTell } from '../webhooks/outbox.ts';
import { findJob, type JobRow } from './job-row.ts';
import { type HeldFor } from './lock.ts';
import { statusData } from './move.ts';
import { requireLegal } from './stop.ts';

export interface NewJob {
  kind: string;
  /** As parsed, every default filled in. */
  spec: object;
  layerTable?: object | undefined;
  teacherId?: string | undefined;
  rolloutsId?: string | undefined;
  labelsId?: string | undefined;
  studentId?: string | undefined;
  /** The artifact that the job reads, where it is one already. */
  fileSha256?: string | undefined;
  totalSteps: number;
  metadata: object;
  tags?: object | undefined;
  priority?: number | undefined;
  deadlineAt?: Date | undefined;
  retryOfId?: string | undefined;
  /** It waits for a worker that has one. */
  needsGpu?: boolean | undefined;
  /** Of the request that makes it (W3C Trace Context). */
  traceParent?: string | undefined;
  /** Its inputs are yet to be looked at: `endValidation` will queue it. */
  isValidating?: boolean | undefined;
  /** Whose it is; the default project's where nobody says. */
  projectId?: string | undefined;
  keyId?: string | null | undefined;
  onCreated?: OnCreated | undefined;
}

/** An upload that becomes the file that a job reads; `keep` moves its bytes just before the rows are committed. */
export interface TakenFile {
  upload: string;
  keep: () => Promise<void>;
}

/** @throws UploadGoneError, IdempotencyLostError, QuotaExceededError: nothing is stored then */
export async function insertJob(
  database: Database,
  { onCreated = EVERYBODY.onCreated, ...job }: NewJob,
  file: TakenFile | undefined,
): Promise<JobRow> {
  const quick = onCreated.binds && !file && (await insertAtOnce(database, job, onCreated.binds.hold));
  const id = quick || (await insertWithMore(database, { ...job, onCreated }, file));
  const created = await findJob(database, id);
  if (!created) throw new Error(`${id} vanished`);
  return created;
}

async function insertWithMore(
  database: Database,
  { onCreated, ...job }: NewJob & { onCreated: OnCreated },
  file: TakenFile | undefined,
): Promise<string> {
  const projectId = job.projectId ?? DEFAULT_PROJECT;
  return database.$transaction(async (transaction) => {
    const taken = file && (await takeUpload(transaction, file.upload, { where: { projectId } }));
    if (taken) await recordArtifact(transaction, taken);
    const inserted = await insertRow(transaction, taken ? { ...job, fileSha256: taken.sha256 } : job);
    await onCreated(transaction, inserted);
    await file?.keep();
    return inserted;
  });
}

/**
 * Most jobs are a row, an event and perhaps a key that is bound: one statement, and no transaction around it.
 * @returns the job's id; null: nothing was written, because webhooks are to be told or the key was lost
 */
async function insertAtOnce(
  database: Database,
  job: Omit<NewJob, 'onCreated'>,
  hold: IdempotencyHold | undefined,
): Promise<string | null> {
  const id = newId('job');
  const none = Prisma.sql`NOT EXISTS (SELECT FROM told)`;
  const bound = hold ? Prisma.sql`${bindingOf(hold, id)} AND ${none} RETURNING key` : Prisma.sql`SELECT WHERE ${none}`;
  const condition = { before: Prisma.sql`bound AS (${bound}),`, when: Prisma.sql`EXISTS (SELECT FROM bound)` };
  const [written] = await database.query<Written>(writeJob(job, { id, ...newStatus(job), condition }));
  return written ? id : null;
}

/** What a child of a sweep is besides. */
export interface NewChild {
  parentId: string;
  /** It is paused until then; null: it is queued. */
  heldFor: HeldFor | null;
  stopAtStep?: number | null;
}

/** Writes a job's row and its first event, in one statement: jobs are made many at a time. @returns its id */
export async function insertRow(
  transaction: Transaction,
  job: Omit<NewJob, 'onCreated'>,
  child?: NewChild,
): Promise<string> {
  const id = newId('job');
  const { status } = newStatus(job, child);
  const [written] = await transaction.$queryRaw<Written[]>(writeJob(job, { id, status, child }));
  await tellOfNewJob(transaction, id, { webhookIds: written!.told, status });
  return id;
}

function newStatus({ isValidating = false }: Pick<NewJob, 'isValidating'>, child?: NewChild) {
  return { status: child?.heldFor ? 'paused' : isValidating ? 'validating' : 'queued' } as const;
}

/** The webhooks that are to be told of it. */
interface Written {
  told: string[];
}

interface Writing {
  id: string;
  status: keyof typeof FIRST_WORDS;
  child?: NewChild | undefined;
  /** Written only `when` what was done `before` has come out so. */
  condition?: { before: Prisma.Sql; when: Prisma.Sql };
}

function writeJob(
  job: Omit<NewJob, 'onCreated'>,
  { id, status, child, condition = { before: Prisma.empty, when: Prisma.sql`true` } }: Writing,
): Prisma.Sql {
  const projectId = job.projectId ?? DEFAULT_PROJECT;
  const data = statusData(null, status, child?.heldFor);
  return Prisma.sql`
    WITH told AS (${webhooksToTell({ projectId, type: `job.${status}` })}), ${condition.before}
    job AS (
      INSERT INTO jobs (
        id, project_id, key_id, kind, status, event_seq, spec, layer_table, metadata, tags, teacher_id, rollouts_id, labels_id,
        student_id, file_sha256, total_steps, priority, needs_gpu, deadline_at, retry_of, trace_parent, parent_id, held_for,
        stop_at_step)
      SELECT
        ${id}, ${projectId}, ${job.keyId ?? null}, ${job.kind}, ${status}::text::job_status, 1, ${jsonb(job.spec)},
        ${job.layerTable ? jsonb(job.layerTable) : null}::jsonb, ${jsonb(job.metadata)}, ${jsonb(job.tags ?? {})},
        ${job.teacherId ?? null}, ${job.rolloutsId ?? null}, ${job.labelsId ?? null}, ${job.studentId ?? null},
        ${job.fileSha256 ?? null}, ${job.totalSteps}::int, ${job.priority ?? 0}::int, ${job.needsGpu ?? false}::boolean,
        ${job.deadlineAt?.toISOString() ?? null}::timestamptz, ${job.retryOfId ?? null}, ${job.traceParent ?? null},
        ${child?.parentId ?? null}, ${child?.heldFor ?? null}, ${child?.stopAtStep ?? null}::int
      WHERE ${condition.when}
      RETURNING id
    ), event AS (
      INSERT INTO events (job_id, seq, level, type, message, data)
      SELECT id, 1, 'info', 'status', ${FIRST_WORDS[status]}, ${jsonb(data)} FROM job
    )
    SELECT pg_notify(${EVENTS_CHANNEL}, id)::text, ARRAY(SELECT id FROM told) AS told FROM job`;
}

const FIRST_WORDS = { validating: 'Looking at its inputs', queued: 'Queued', paused: 'Held by its sweep' } as const;

/**
 * A new job with all that was asked of another one, but its deadline; it begins at its first step.
 * @throws IllegalRequestError when that one has not failed and was not cancelled
 */
export async function retryJob(
  database: Database,
  id: string,
  { keyId, onCreated }: Pick<Owner, 'keyId' | 'onCreated'> = EVERYBODY,
): Promise<JobRow | null> {
  const old = await database.job.findUnique({ where: { id } });
  if (!old) return null;
  requireLegal(old, 'retry');
  return insertJob(database, { ...copyOf(old), keyId, onCreated }, undefined);
}

/** The same once more. */
export function copyOf(old: Job): NewJob {
  const { id, projectId, kind, priority, needsGpu, totalSteps } = old;
  return {
    ...{ projectId, kind, priority, needsGpu, totalSteps },
    spec: old.spec as object,
    metadata: old.metadata as object,
    tags: old.tags as object,
    layerTable: (old.table as object | null) ?? undefined,
    teacherId: old.teacherId ?? undefined,
    rolloutsId: old.rolloutsId ?? undefined,
    labelsId: old.labelsId ?? undefined,
    studentId: old.studentId ?? undefined,
    fileSha256: old.fileSha256 ?? undefined,
    retryOfId: id,
  };
}
