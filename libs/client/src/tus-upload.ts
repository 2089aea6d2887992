import { sha256Base64 } from './digest.ts';
import { type Sending } from './sending.ts';
import { type Upload } from './schemas.ts';
import { request } from './service.ts';

const PIECE_BYTES = 8 * 1024 ** 2;
const VERSION = { 'tus-resumable': '1.0.0' };

/** By tus 1.0.0: pieces one after another, each with its checksum, from where the service says that they end. */
export async function sendPieces(sending: Sending, id: string, path: string): Promise<Upload> {
  const { service, file, retries, signal, onProgress } = sending;
  let offset = 0;
  let isKnown = true;
  while (offset < file.size) {
    offset = await retries.until(async () => {
      const from = isKnown ? offset : await reached(sending, path);
      isKnown = false;
      return from < file.size ? sendPiece(sending, path, from) : from;
    });
    isKnown = true;
    onProgress(offset);
  }
  return retries.until(async () => {
    const response = await request(service, `/v1/uploads/${id}`, { signal });
    return (await response.json()) as Upload;
  });
}

async function reached({ service, signal }: Sending, path: string): Promise<number> {
  return offsetOf(await request(service, path, { method: 'HEAD', headers: VERSION, signal }));
}

async function sendPiece({ service, file, signal }: Sending, path: string, offset: number): Promise<number> {
  const body = new Uint8Array(await file.slice(offset, offset + PIECE_BYTES).arrayBuffer());
  const headers = {
    ...VERSION,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': String(offset),
    'upload-checksum': `sha256 ${await sha256Base64(body)}`,
  };
  return offsetOf(await request(service, path, { method: 'PATCH', headers, body, signal }));
}

function offsetOf(response: Response): number {
  const offset = response.headers.get('upload-offset');
  if (offset === null) throw new TypeError('the answer has no Upload-Offset');
  return Number(offset);
}
