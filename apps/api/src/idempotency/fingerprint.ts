import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type FastifyRequest } from 'fastify';

/** What makes two requests the same request. Bytes that are yet to be read are known by their length and digest. */
export function fingerprint({ method, url, body, headers }: FastifyRequest): string {
  const payload =
    body instanceof Readable ? [headers['content-length'], headers['repr-digest']] : [JSON.stringify(body)];
  return createHash('sha256')
    .update(JSON.stringify([method, url, ...payload]))
    .digest('hex');
}
