import { Readable } from 'node:stream';
import { type ArtifactStore, type ByteRange, type NewJobFile } from '@distiller/storage';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ProblemError } from '../problems/problem.ts';
import { reprDigest } from '../uploads/digest.ts';
import { requestedRange } from './range.ts';

/** Of everything that models, jobs and checkpoints have. */
const MEDIA_TYPES = [
  'application/octet-stream',
  'application/json',
  'application/onnx',
  'application/zip',
  'image/png',
  'text/markdown',
  'video/mp4',
] as const;
const bytesOfFile = Object.fromEntries(
  MEDIA_TYPES.map((type) => {
    const schema = z.unknown().meta(type === 'application/json' ? {} : { type: 'string', format: 'binary' });
    return [type, { schema }];
  }),
);

/** What a download may answer besides problems, for an OpenAPI document. */
export const downloadResponses = {
  200: { description: 'the bytes of the file', content: bytesOfFile },
  206: { description: 'the bytes that Range asks for', content: bytesOfFile },
  303: z.undefined().describe('the bytes are at the address in Location, for some minutes'),
  304: z.undefined().describe('the bytes are those whose ETag was given'),
};

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Answers GET and HEAD with a file whose bytes never change: the one place where artifacts are handed out. */
export async function sendFile(
  artifacts: ArtifactStore,
  file: NewJobFile,
  { request, reply }: Exchange,
): Promise<FastifyReply> {
  const etag = `"sha256-${file.sha256}"`;
  if (matches(request.headers['if-none-match'], etag)) return describe(reply, file, etag).code(304).send();
  // RFC 9110 defines ranges for GET alone.
  if (request.method === 'HEAD') return sendHead(file, etag, reply);
  const url = isForPage(request)
    ? undefined
    : await present(file.sha256, artifacts.downloadUrl(file.sha256, labelOf(file)));
  // The store knows ranges, too.
  if (url !== undefined) return reply.code(303).headers({ location: url, 'cache-control': 'no-store' }).send();
  return sendBytes(artifacts, file, etag, { request, reply });
}

/**
 * Whether a page of ours wants the bytes for itself: a picture, a video, a report. Its policy lets it reach us and no store, whose
 * rules for other sites we do not know. What its reader saves goes the usual way.
 */
function isForPage({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] === 'same-origin' && headers['sec-fetch-mode'] !== 'navigate';
}

/** Nothing at all would be answered with a length of 0, an empty stream leaves the length as it is. */
function sendHead(file: NewJobFile, etag: string, reply: FastifyReply): FastifyReply {
  return describe(reply, file, etag)
    .headers({ 'content-type': file.mediaType, 'content-length': file.bytes })
    .send(Readable.from([]));
}

async function sendBytes(
  artifacts: ArtifactStore,
  file: NewJobFile,
  etag: string,
  { request, reply }: Exchange,
): Promise<FastifyReply> {
  const { sha256, bytes, mediaType } = file;
  const range = isStillThat(request, etag) ? requestedRange(request.headers.range, bytes) : undefined;
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${bytes}`);
    throw new ProblemError('range_not_satisfiable', `the file has ${bytes} bytes`);
  }
  // Opened before any header is set: a failure is another answer.
  const stream = await present(sha256, artifacts.read(sha256, range));
  describe(reply, file, etag).header('content-type', mediaType);
  return (range ? partial(reply, range, bytes) : reply.header('content-length', bytes)).send(stream);
}

function partial(reply: FastifyReply, { start, end }: ByteRange, bytes: number): FastifyReply {
  const headers = { 'content-range': `bytes ${start}-${end}/${bytes}`, 'content-length': end - start + 1 };
  return reply.code(206).headers(headers);
}

/** What 200, 206 and 304 say alike; the digest is of the whole file in each (RFC 9530). */
function describe(reply: FastifyReply, file: NewJobFile, etag: string): FastifyReply {
  return reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'repr-digest': reprDigest(file.sha256),
    // Compressed on the way it would be another representation than ETag and digest say.
    'cache-control': 'private, max-age=31536000, immutable, no-transform',
    'content-disposition': `attachment; filename="${labelOf(file).filename}"`,
  });
}

function labelOf({ filename, mediaType }: NewJobFile) {
  return { filename: filename.replaceAll(/[^\w.-]/g, '_'), mediaType };
}

async function present<T>(sha256: string, asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new ProblemError('artifact_damaged', `the bytes of artifact ${sha256} are missing`);
  });
}

function matches(header: string | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

/** If-Range compares strongly: another tag, a weak one or a date mean that the whole is wanted. */
function isStillThat(request: FastifyRequest, etag: string): boolean {
  const known = request.headers['if-range'];
  return known === undefined || known === etag;
}
