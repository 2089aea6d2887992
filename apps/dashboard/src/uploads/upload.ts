import { NotResumableError, ProblemError, type Upload } from '@distiller/client';
import { service } from '../service/service.ts';

export interface UploadOptions {
  /** Share of the bytes that are on their way, 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/** From here on a file goes in pieces, which survive lost connections and a service that is started anew. */
const RESUMABLE_FROM_BYTES = 16 * 1024 ** 2;

/** Sends a file. @throws ProblemError */
export async function upload(file: Blob, options: UploadOptions): Promise<Upload> {
  // Browsers compute digests, which each piece carries, for safe pages only: https, and this machine's own.
  if (file.size < RESUMABLE_FROM_BYTES || !window.isSecureContext) return uploadAtOnce(file, options);
  const { signal, onProgress } = options;
  return service
    .uploadFile(file, {
      signal,
      direct: false,
      resumableFromBytes: RESUMABLE_FROM_BYTES,
      onProgress: (sentBytes) => onProgress(sentBytes / file.size),
    })
    .catch((error: unknown) => {
      if (error instanceof NotResumableError) return uploadAtOnce(file, options);
      throw error;
    });
}

/** In one request. `fetch` tells nothing of how far a body is, so this is done the old way. */
function uploadAtOnce(file: Blob, { onProgress, signal }: UploadOptions): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/v1/uploads');
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const body = request.response as Upload & ConstructorParameters<typeof ProblemError>[1];
      if (request.status < 300) resolve(body);
      else reject(new ProblemError(request.status, body ?? {}));
    };
    request.onerror = () => reject(new TypeError('the service does not answer'));
    request.onabort = () => reject(new DOMException('Given up', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
