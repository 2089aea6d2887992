import { ProblemError, type Upload } from '@distiller/client';

export interface UploadOptions {
  /** Share of the bytes that are on their way, 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/** Sends a file. `fetch` tells nothing of how far a body is, so this is done the old way. @throws ProblemError */
export function upload(file: Blob, { onProgress, signal }: UploadOptions): Promise<Upload> {
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
