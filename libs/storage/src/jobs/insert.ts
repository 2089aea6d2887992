import { type Database, json } from '../database.ts';
import { appendEvents } from '../events.ts';
import { newId } from '../identifiers.ts';
import { DEFAULT_PROJECT, EVERYBODY, type OnCreated, type Owner } from '../owner.ts';
import { recordArtifact, takeUpload } from '../uploads.ts';
import { findJob, type JobRow } from './job-row.ts';
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

/** @throws UploadGoneError: nothing is stored then */
export async function insertJob(
  database: Database,
  { spec, layerTable, metadata, tags = {}, isValidating = false, onCreated, ...given }: NewJob,
  file: TakenFile | undefined,
): Promise<JobRow> {
  const plain = { ...given, projectId: given.projectId ?? DEFAULT_PROJECT };
  const { projectId } = plain;
  const id = newId('job');
  const status = isValidating ? 'validating' : 'queued';
  const table = layerTable && { table: json(layerTable) };
  const written = { spec: json(spec), metadata: json(metadata), tags: json(tags) };
  const data = { ...plain, ...table, ...written, id, status, eventSeq: 1 } as const;
  await database.$transaction(async (transaction) => {
    const taken = file && (await takeUpload(transaction, file.upload, { where: { projectId } }));
    if (taken) await recordArtifact(transaction, taken);
    await transaction.job.create({
      data: { ...data, ...(taken && { fileSha256: taken.sha256 }) },
      select: { id: true },
    });
    await onCreated?.(transaction, id);
    await file?.keep();
    const message = isValidating ? 'Looking at its inputs' : 'Queued';
    await appendEvents(transaction, id, 1, [{ type: 'status', message, data: statusData(null, status) }]);
  });
  const created = await findJob(database, id);
  if (!created) throw new Error(`${id} vanished`);
  return created;
}

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
  const { projectId, kind, spec, metadata, tags, priority, totalSteps } = old;
  const job = {
    ...{ projectId, keyId, onCreated },
    kind,
    spec: spec as object,
    metadata: metadata as object,
    tags: tags as object,
    priority,
    needsGpu: old.needsGpu,
    totalSteps,
    layerTable: (old.table as object | null) ?? undefined,
    teacherId: old.teacherId ?? undefined,
    rolloutsId: old.rolloutsId ?? undefined,
    labelsId: old.labelsId ?? undefined,
    studentId: old.studentId ?? undefined,
    fileSha256: old.fileSha256 ?? undefined,
    retryOfId: id,
  };
  return insertJob(database, job, undefined);
}
