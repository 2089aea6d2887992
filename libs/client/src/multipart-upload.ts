import { toProblemError } from './problem-error.ts';
import { type Sending } from './sending.ts';
import { type PartialUpload, type Upload } from './schemas.ts';
import { request } from './service.ts';

type Multipart = Extract<PartialUpload['way'], { kind: 'multipart' }>;

/** To S3 itself: each part to an address that the service signs; which of them arrived, the service knows. */
export async function sendParts(sending: Sending, id: string, way: Multipart): Promise<Upload> {
  const { file, retries, onProgress } = sending;
  const path = `/v1/uploads/resumable/${id}`;
  const parts: { number: number; etag: string }[] = [];
  for (let number = 1; number <= way.part_count; number++) {
    const start = (number - 1) * way.part_bytes;
    const body = file.slice(start, start + way.part_bytes);
    parts.push({ number, etag: await retries.until(() => sendPart(sending, path, number, body)) });
    onProgress(start + body.size);
  }
  return retries.until(() => post<Upload>(sending, `${path}/complete`, { parts }));
}

async function sendPart(sending: Sending, path: string, number: number, body: Blob): Promise<string> {
  const { service, signal } = sending;
  const { parts } = await post<{ parts: { url: string }[] }>(sending, `${path}/parts`, { numbers: [number] });
  const response = await service.fetchSigned(parts[0]!.url, {
    method: 'PUT',
    body: new Uint8Array(await body.arrayBuffer()),
    signal,
  });
  if (!response.ok) throw await toProblemError(response);
  const etag = response.headers.get('etag');
  if (etag === null) throw new Error('the store does not let its ETag be seen: its CORS rules must expose it');
  return etag;
}

async function post<Answer>({ service, signal }: Sending, path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const response = await request(service, path, { method: 'POST', headers, body: JSON.stringify(body), signal });
  return (await response.json()) as Answer;
}
