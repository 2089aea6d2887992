import { Readable } from 'node:stream';
import { type ArtifactStore, type NewJobFile } from '@distiller/storage';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ProblemError } from '../problems/problem.ts';
import { reprDigest } from '../uploads/digest.ts';

/** Bytes, in an OpenAPI document. */
export const binaryResponse = {
  description: 'the bytes of the file',
  content: { 'application/octet-stream': { schema: z.unknown().meta({ type: 'string', format: 'binary' }) } },
};

/** Answers GET and HEAD with a file whose bytes never change. */
export async function sendFile(
  artifacts: ArtifactStore,
  { sha256, bytes, filename, mediaType }: NewJobFile,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const etag = `"sha256-${sha256}"`;
  const isKnown = matches(request.headers['if-none-match'], etag);
  // Opened before any header is set: a failure is another answer.
  const isHead = request.method === 'HEAD';
  // Nothing at all would be answered with a length of 0, an empty stream leaves the length as it is.
  const stream = isKnown || isHead ? Readable.from([]) : await openFile(artifacts, sha256);
  reply.headers({
    etag,
    'repr-digest': reprDigest(sha256),
    'cache-control': 'private, max-age=31536000, immutable',
    'content-disposition': `attachment; filename="${filename.replaceAll(/[^\w.-]/g, '_')}"`,
  });
  if (isKnown) return reply.code(304).send();
  return reply.headers({ 'content-type': mediaType, 'content-length': bytes }).send(stream);
}

async function openFile(artifacts: ArtifactStore, sha256: string) {
  try {
    return await artifacts.read(sha256);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new ProblemError('artifact_damaged', `the bytes of artifact ${sha256} are missing`);
  }
}

function matches(header: string | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
