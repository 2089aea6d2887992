import { sha256Of } from './digest.ts';
import { uploadResumably } from './resumable-upload.ts';
import { type Upload } from './schemas.ts';
import { request, type Service } from './service.ts';

export interface UploadOptions {
  /** Of the file, where it is known: then a Blob is streamed and never whole in memory. */
  sha256?: string;
  /** Gives the upload up. */
  signal?: AbortSignal;
  /** From this size on it is sent in pieces, which can be taken up again when a connection is lost. */
  resumableFromBytes?: number;
  /** Whether pieces may go to the store itself, where the service's store takes them so; a browser's page may seldom reach it. */
  direct?: boolean;
  /** How much the service has, after each piece. */
  onProgress?: (sentBytes: number) => void;
}

const RESUMABLE_FROM_BYTES = 32 * 1024 ** 2;

/**
 * Uploads bytes, with their digest for the service to check: small ones in one request, large ones in pieces, through lost
 * connections and restarts of the service.
 * @throws NotResumableError, having sent nothing, where pieces could only go to the store and must not; ProblemError; whatever the signal was aborted with; the last failure, after minutes without any progress
 */
export async function uploadFile(
  service: Service,
  file: Uint8Array | Blob,
  options: UploadOptions = {},
): Promise<Upload> {
  const bytes = file instanceof Blob ? file.size : file.byteLength;
  return bytes < (options.resumableFromBytes ?? RESUMABLE_FROM_BYTES)
    ? uploadAtOnce(service, file, options)
    : uploadResumably(service, file instanceof Blob ? file : new Blob([new Uint8Array(file)]), options);
}

async function uploadAtOnce(
  service: Service,
  file: Uint8Array | Blob,
  { sha256, signal }: UploadOptions,
): Promise<Upload> {
  const isStreamed = file instanceof Blob && sha256 !== undefined;
  const body = isStreamed ? file : new Uint8Array(file instanceof Blob ? await file.arrayBuffer() : file);
  const digest = sha256 ?? (await sha256Of(body as Uint8Array));
  const response = await request(service, `/v1/uploads?sha256=${digest}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
    signal: signal ?? null,
  });
  return (await response.json()) as Upload;
}
