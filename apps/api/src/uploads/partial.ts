import {
  type ArtifactStore,
  newId,
  type PartialUploadRow,
  type ProjectStorage,
  type Stored,
  TooManyBytesError,
  type UploadRow,
} from '@distiller/storage';
import { type FastifyRequest } from 'fastify';
import { ProblemError } from '../problems/problem.ts';
import { scoped } from '../scope.ts';
import { requireSpace } from './space.ts';

const LIFE_MS = 24 * 3_600_000;
/** Of parts that go to the store itself: S3 takes none under 5 MiB but the last, and no more than 10,000. */
const PART_BYTES = 8 * 1024 ** 2;
const MAX_PARTS = 10_000;

/** Of a request, or of the sweep. */
interface Kept {
  storage: Pick<ProjectStorage, 'partialUploads'>;
  artifacts: ArtifactStore;
}

/** @throws TooManyBytesError, QuotaExceededError before anything is stored */
export async function beginPartial(
  request: FastifyRequest,
  { bytes, sha256 }: { bytes: number; sha256: string | undefined },
): Promise<PartialUploadRow> {
  const { storage, artifacts, maxUploadBytes } = scoped(request);
  if (bytes > maxUploadBytes) throw new TooManyBytesError(maxUploadBytes);
  await requireSpace(request, bytes);
  const id = newId('upload');
  const token = artifacts.pieces.kind === 'multipart' ? await artifacts.pieces.begin(id) : null;
  const expiresAt = new Date(Date.now() + LIFE_MS);
  return storage.partialUploads.create({ id, bytes, sha256: sha256 ?? null, token, expiresAt });
}

/** Of the parts of that many bytes; the last is as long as is left. */
export function partBytes(bytes: number): number {
  return Math.max(PART_BYTES, Math.ceil(bytes / MAX_PARTS));
}

/**
 * All bytes have come: makes an upload of them, or nothing where they are not what was announced.
 * @throws ProblemError
 */
export async function finishPartial(kept: Kept, partial: PartialUploadRow, stored: Stored): Promise<UploadRow> {
  const { bytes, sha256 } = partial;
  if (stored.bytes === bytes && (sha256 === null || sha256 === stored.sha256)) {
    return kept.storage.partialUploads.finish(partial.id, stored);
  }
  await discardPartial(kept, partial);
  throw new ProblemError('digest_mismatch', `${stored.bytes} bytes came, with sha256 ${stored.sha256}`);
}

export async function discardPartial({ storage, artifacts }: Kept, { id, token }: PartialUploadRow): Promise<void> {
  await storage.partialUploads.delete(id);
  if (artifacts.pieces.kind === 'multipart' && token !== null) await artifacts.pieces.abort(id, token);
  await artifacts.discard(id);
}

/** @throws ProblemError upload_not_found */
export async function requirePartial({ storage }: Kept, id: string): Promise<PartialUploadRow> {
  const found = await storage.partialUploads.get(id);
  if (found) return found;
  throw new ProblemError('upload_not_found', `no unfinished upload ${id}: it is whole, has expired, or never was`);
}
