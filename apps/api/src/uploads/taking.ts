import { type FastifyReply, type FastifyRequest } from 'fastify';
import { UploadGoneError, type UploadRow } from '@distiller/storage';
import { fieldProblem, type ProblemError } from '../problems/problem.ts';
import { type Scope, scoped } from '../scope.ts';

/**
 * The upload that a create call names.
 * @param field pointer at the object that names it
 * @throws ProblemError pointing at the field
 */
export async function requireUpload(
  { storage }: Scope,
  { upload: id, sha256 }: { upload: string; sha256?: string | undefined },
  field: string,
): Promise<UploadRow> {
  const upload = await storage.uploads.get(id);
  if (!upload) throw gone(id, `${field}/upload`);
  if (sha256 === undefined || sha256 === upload.sha256) return upload;
  throw fieldProblem('file_hash_mismatch', `${field}/sha256`, `the uploaded file has sha256 ${upload.sha256}`);
}

/**
 * A create call's work with the upload that it names, which another call may take at any moment of it.
 * @throws ProblemError pointing at the field when that happens
 */
export async function takingUpload<T>(id: string, pointer: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const isGone = error instanceof UploadGoneError || (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw isGone ? gone(id, pointer) : error;
  }
}

function gone(id: string, pointer: string): ProblemError {
  return fieldProblem('unknown_reference', pointer, `no upload ${id}: it was used, removed, or never was`);
}

/**
 * Hook for create calls: when one is refused, the uploads that its body names in `fields` go too, so that nothing of a
 * refused call stays.
 */
export function discardWhenRefused(...fields: string[]) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // Refused before it was known who asks: nothing of theirs can be touched.
    if (!request.scope || reply.statusCode < 400 || reply.statusCode >= 500 || isDryRun(request.query)) return;
    const { storage, artifacts } = scoped(request);
    for (const field of fields) {
      const id = uploadId(request.body, field);
      // Only what is a known upload may be discarded: the id is a stranger's text.
      const upload = id === undefined ? null : await storage.uploads.get(id);
      if (!upload) continue;
      await storage.uploads.delete(upload.id);
      await artifacts.discard(upload.id);
    }
  };
}

/** What is only tried uses nothing up. */
function isDryRun(query: unknown): boolean {
  return isObject(query) && query['dry_run'] === 'true';
}

/** From a body that may have failed its schema. */
function uploadId(body: unknown, field: string): string | undefined {
  const file: unknown = isObject(body) ? body[field] : undefined;
  const id: unknown = isObject(file) ? file['upload'] : undefined;
  return typeof id === 'string' && /^upload_[0-9a-z]+$/.test(id) ? id : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
