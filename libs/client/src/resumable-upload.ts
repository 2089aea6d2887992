import { sendParts } from './multipart-upload.ts';
import { createRetries } from './retries.ts';
import { type PartialUpload, type Upload } from './schemas.ts';
import { request, type Service } from './service.ts';
import { type Sending } from './sending.ts';
import { sendPieces } from './tus-upload.ts';

export interface ResumableOptions {
  sha256?: string;
  signal?: AbortSignal;
  direct?: boolean;
  onProgress?: (sentBytes: number) => void;
}

/** The service takes pieces of large files only by way of its store. */
export class NotResumableError extends Error {}

/** Sends a file in pieces, in the way that the service's store takes them. */
export async function uploadResumably(
  service: Service,
  file: Blob,
  { sha256, signal, direct = true, onProgress = () => undefined }: ResumableOptions,
): Promise<Upload> {
  const sending = { service, file, retries: createRetries(signal), signal: signal ?? null, onProgress };
  const partial = await begin(sending, sha256);
  try {
    if (partial.way.kind === 'tus') return await sendPieces(sending, partial.id, partial.way.url);
    if (!direct) throw new NotResumableError('pieces go to the store alone');
    return await sendParts(sending, partial.id, partial.way);
  } catch (error) {
    // Given up: what is there is of no use to anybody. Should this fail, it is gone in a day.
    await request(service, `/v1/uploads/resumable/${partial.id}`, { method: 'DELETE' }).catch(() => undefined);
    throw error;
  }
}

async function begin({ service, file, retries, signal }: Sending, sha256: string | undefined): Promise<PartialUpload> {
  const body = JSON.stringify({ bytes: file.size, ...(sha256 !== undefined && { sha256 }) });
  const headers = { 'content-type': 'application/json' };
  return retries.until(async () => {
    const response = await request(service, '/v1/uploads/resumable', { method: 'POST', headers, body, signal });
    return (await response.json()) as PartialUpload;
  });
}
