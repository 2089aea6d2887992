import { sendParts } from './multipart-upload.ts';
import { createRetries } from './retries.ts';
import { type PartialUpload, type Upload } from './schemas.ts';
import { request, type Service } from './service.ts';
import { type Sending } from './sending.ts';
import { sendPieces } from './tus-upload.ts';

export interface ResumableOptions {
  sha256?: string;
  signal?: AbortSignal;
  onProgress?: (sentBytes: number) => void;
}

/** Sends a file in pieces, in the way that the service's store takes them. */
export async function uploadResumably(
  service: Service,
  file: Blob,
  { sha256, signal, onProgress = () => undefined }: ResumableOptions,
): Promise<Upload> {
  const sending = { service, file, retries: createRetries(signal), signal: signal ?? null, onProgress };
  const partial = await begin(sending, sha256);
  try {
    return partial.way.kind === 'tus'
      ? await sendPieces(sending, partial.id, partial.way.url)
      : await sendParts(sending, partial.id, partial.way);
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
