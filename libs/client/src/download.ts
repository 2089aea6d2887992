import { sha256Of, sha256OfHeader } from './digest.ts';
import { pause } from './pause.ts';
import { request, type Service } from './service.ts';

export interface Download {
  bytes: Uint8Array;
  sha256: string;
  filename: string;
}

export interface DownloadOptions {
  /** What an earlier, broken download has left: only the rest is asked for. */
  received?: Uint8Array;
  /** Told every piece as it comes, and where it belongs; one at 0 begins anew, whatever was received before. */
  onPiece?: (piece: Uint8Array, offset: number) => void;
}

/** Connections that break without bringing anything, before the download is given up. */
const FRUITLESS = 5;
const RECONNECT_MS = 500;

/**
 * Downloads a file, going on after lost connections, and checks its sha256.
 * @throws ProblemError; Error when the connection breaks again and again, or the bytes are not those that the service announced
 */
export async function download(
  service: Service,
  path: string,
  usualName: string,
  options: DownloadOptions = {},
): Promise<Download> {
  const said = await announced(service, path);
  const expected = sha256OfHeader(said.headers.get('repr-digest'));
  const etag = said.headers.get('etag') ?? '';
  const filename = filenameOf(said) ?? usualName;
  const length = Number(said.headers.get('content-length'));
  const file = createReceived(length, options);
  for (let fruitless = 0; file.offset() < length;) {
    const before = file.offset();
    const error = await receive(service, { path, etag }, file);
    if (error === undefined) break;
    fruitless = file.offset() > before ? 0 : fruitless + 1;
    if (fruitless >= FRUITLESS) throw error;
    await pause(RECONNECT_MS * fruitless, undefined);
  }
  const bytes = file.bytes();
  const sha256 = await sha256Of(bytes);
  if (sha256 === expected) return { bytes, sha256, filename };
  // What was there before may have been of another file.
  if (options.received?.length) return download(service, path, usualName, { ...options, received: new Uint8Array() });
  throw new Error(`the download is damaged: sha256 ${sha256}, announced was ${expected}`);
}

async function announced(service: Service, path: string): Promise<Response> {
  const said = await service.fetch(`${service.baseUrl}${path}`, { method: 'HEAD' });
  if (said.ok) return said;
  // What is amiss has no words in the answer to a HEAD.
  const { status } = await request(service, path);
  throw new Error(`HEAD was answered by ${said.status}, GET by ${status}`);
}

type Received = ReturnType<typeof createReceived>;

function createReceived(length: number, { received = new Uint8Array(), onPiece }: DownloadOptions) {
  const whole = new Uint8Array(length);
  let offset = received.length <= length ? received.length : 0;
  whole.set(received.subarray(0, offset));
  return {
    offset: () => offset,
    restart: () => (offset = 0),
    append(piece: Uint8Array): void {
      whole.set(piece, offset);
      onPiece?.(piece, offset);
      offset += piece.length;
    },
    bytes: () => whole.subarray(0, offset),
  };
}

/** @returns what has broken the connection, if anything has. @throws ProblemError */
async function receive(
  service: Service,
  { path, etag }: { path: string; etag: string },
  file: Received,
): Promise<Error | undefined> {
  const from = file.offset();
  const headers = from > 0 ? { range: `bytes=${from}-`, 'if-range': etag } : undefined;
  const response = await request(service, path, headers && { headers });
  if (response.status !== 206) file.restart();
  try {
    for await (const piece of pieces(response)) file.append(piece);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** As an iterator: not every browser's streams are one. */
async function* pieces(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (!next || next.done) return;
    yield next.value;
  }
}

function filenameOf(response: Response): string | undefined {
  return /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
}
