import { Readable } from 'node:stream';
import { type Stored } from '@distiller/storage';
import { type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type App, type Dependencies } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { scoped } from '../scope.ts';
import { stageBody } from './body.ts';
import { parseDigest } from './digest.ts';
import { Sha256, toUpload, Upload } from './schema.ts';
import { requireSpace } from './space.ts';

const tags = ['uploads'];

export function uploadRoutes(app: App, { artifacts, maxUploadBytes }: Dependencies): void {
  // Inside this plugin bodies are streams of bytes and nothing else.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));

  app.post(
    '/v1/uploads',
    {
      schema: {
        tags,
        operationId: 'createUpload',
        summary: 'Upload a file: the raw bytes are the body',
        description:
          'An upload serves one create call (a teacher or rollouts) and is gone after it, whether that call succeeds or is refused. Unused ones are removed after a day.',
        consumes: ['application/octet-stream'],
        body: z.unknown().meta({ type: 'string', format: 'binary' }),
        querystring: z.strictObject({ sha256: Sha256.optional().describe('checked against the bytes') }),
        headers: z.looseObject({
          'repr-digest': z.string().optional().describe('RFC 9530, `sha-256=:<base64>:`; checked against the bytes'),
          'content-digest': z.string().optional().describe('the same, for the bytes of this request'),
        }),
        response: { 201: Upload, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { body } = request;
      if (!(body instanceof Readable)) {
        throw new ProblemError('unsupported_media_type', 'an upload is sent as application/octet-stream');
      }
      const expected = expectedDigests(request);
      const declaredBytes = Number(request.headers['content-length'] ?? 0);
      await requireSpace(request, declaredBytes);
      const staged = await stageBody(artifacts, body, { maxBytes: maxUploadBytes, declaredBytes });
      if (declaredBytes === 0) await requireSpaceOf(staged, request);
      const wrong = expected.filter(([, sha256]) => sha256 !== undefined && sha256 !== staged.sha256);
      if (wrong.length > 0) {
        await artifacts.discard(staged.id);
        const detail = `the bytes that came have sha256 ${staged.sha256}`;
        const errors = wrong.map(([parameter]) => ({ parameter, detail, code: 'digest_mismatch' }));
        throw new ProblemError('digest_mismatch', detail, errors);
      }
      const upload = toUpload(await scoped(request).storage.uploads.create(staged));
      return reply.code(201).header('location', `/v1/uploads/${upload.id}`).send(upload);
    },
  );

  app.get(
    '/v1/uploads/:id',
    {
      schema: {
        tags,
        operationId: 'getUpload',
        params: z.strictObject({ id: z.string() }),
        response: { 200: Upload, ...problemResponses },
      },
    },
    async (request) => {
      const { id } = request.params;
      const upload = await scoped(request).storage.uploads.get(id);
      if (!upload) throw new ProblemError('upload_not_found', `no upload ${id}: it was used, removed, or never was`);
      return toUpload(upload);
    },
  );
}

/** For bytes that came in chunks: before, their number was not known. @throws QuotaExceededError, leaving nothing */
async function requireSpaceOf({ id, bytes }: Stored & { id: string }, request: FastifyRequest): Promise<void> {
  try {
    await requireSpace(request, bytes);
  } catch (error) {
    await scoped(request).artifacts.discard(id);
    throw error;
  }
}

/** What the sender says that the bytes are, by where it is said: all of it must be so. */
function expectedDigests({
  query,
  headers,
}: {
  query: { sha256?: string | undefined };
  headers: { 'repr-digest'?: string | undefined; 'content-digest'?: string | undefined };
}): [string, string | undefined][] {
  return [
    ['sha256', query.sha256],
    ['repr-digest', parseDigest(headers['repr-digest'], 'repr-digest')],
    ['content-digest', parseDigest(headers['content-digest'], 'content-digest')],
  ];
}
