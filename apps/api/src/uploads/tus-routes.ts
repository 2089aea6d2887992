import { type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { type PartialUploadRow, StoreUnwritableError, TooManyBytesError, UploadGoneError } from '@distiller/storage';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { type Scope, scoped } from '../scope.ts';
import { drain } from './body.ts';
import { beginPartial, discardPartial, finishPartial, requirePartial } from './partial.ts';
import { parseChecksum, sha256OfMetadata, TUS_VERSION, wholeNumber } from './tus-headers.ts';
import { type Turns } from './turns.ts';

const tags = ['uploads'];
const params = z.strictObject({ id: z.string().max(100) });
const nothing = z.undefined();
const text = z.string().optional();

/** tus 1.0.0: core, creation, checksum, expiration and termination, for stores that are appended to. */
export function tusRoutes(app: App, { maxUploadBytes, turns }: { maxUploadBytes: number; turns: Turns }): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/offset+octet-stream', (_request, payload, done) => done(null, payload));
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('tus-resumable', TUS_VERSION);
    if (request.method !== 'OPTIONS') requireVersion(request, reply);
    done();
  });

  app.options(
    '/v1/uploads/tus',
    {
      config: { scope: null },
      schema: { tags, operationId: 'describeTus', response: { 204: nothing, ...problemResponses } },
    },
    async (_request, reply) =>
      reply
        .code(204)
        .headers({
          'tus-version': TUS_VERSION,
          'tus-extension': 'creation,checksum,expiration,termination',
          'tus-checksum-algorithm': 'sha256,sha1',
          'tus-max-size': maxUploadBytes,
        })
        .send(undefined),
  );

  app.post(
    '/v1/uploads/tus',
    {
      schema: {
        tags,
        operationId: 'createTusUpload',
        summary: 'Begin an upload that can be resumed (tus 1.0.0); `sha256` in Upload-Metadata is checked at its end',
        headers: z.looseObject({ 'upload-length': text, 'upload-metadata': text }),
        response: { 201: nothing, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { headers } = request;
      requireAppended(scoped(request));
      const bytes = wholeNumber('upload-length', headers['upload-length']);
      const sha256 = sha256OfMetadata(headers['upload-metadata']);
      const upload = await beginPartial(request, { bytes, sha256 });
      return expiring(reply, upload).code(201).header('location', `/v1/uploads/tus/${upload.id}`).send(undefined);
    },
  );
  pieceRoutes(app, turns);
}

/** Of an upload that has begun. */
function pieceRoutes(app: App, turns: Turns): void {
  app.head(
    '/v1/uploads/tus/:id',
    { schema: { tags, operationId: 'getTusUpload', params, response: { 200: nothing, ...problemResponses } } },
    async (request, reply) => {
      const { id } = request.params;
      const scope = scoped(request);
      const [offset, bytes] = await turns.take(
        { projectId: scope.storage.projectId, id },
        () => undefined,
        () => reached(scope, id),
      );
      const headers = { 'upload-offset': offset, 'upload-length': bytes, 'cache-control': 'no-store' };
      return reply.code(200).headers(headers).send(undefined);
    },
  );

  app.patch(
    '/v1/uploads/tus/:id',
    {
      schema: {
        tags,
        operationId: 'appendToTusUpload',
        summary: 'Append bytes; with the last of them GET /v1/uploads/{id} has it',
        consumes: ['application/offset+octet-stream'],
        params,
        headers: z.looseObject({ 'upload-offset': text, 'upload-checksum': text }),
        body: z.unknown().meta({ type: 'string', format: 'binary' }),
        response: { 204: nothing, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const interrupt = () => void request.raw.destroy();
      const { projectId } = scoped(request).storage;
      const length = await turns.take({ projectId, id }, interrupt, () => append(request, id));
      return reply.code(204).header('upload-offset', length).send(undefined);
    },
  );

  app.delete(
    '/v1/uploads/tus/:id',
    { schema: { tags, operationId: 'deleteTusUpload', params, response: { 204: nothing, ...problemResponses } } },
    async (request, reply) => {
      const { id } = request.params;
      const scope = scoped(request);
      const remove = async () => discardPartial(scope, await requirePartial(scope, id));
      await turns.take({ projectId: scope.storage.projectId, id }, () => undefined, remove);
      return reply.code(204).send(undefined);
    },
  );
}

/** @returns the length after it; with the last byte an upload is made */
async function append(request: FastifyRequest, id: string): Promise<number> {
  const scope = scoped(request);
  const pieces = requireAppended(scope);
  const { body, headers, raw } = request as FastifyRequest & { headers: Record<string, string | undefined> };
  if (!(body instanceof Readable)) {
    throw new ProblemError('unsupported_media_type', 'a piece is sent as application/offset+octet-stream');
  }
  const offset = wholeNumber('upload-offset', headers['upload-offset']);
  const checksum = parseChecksum(headers['upload-checksum']);
  const [reachedOffset, bytes, partial] = await reached(scope, id);
  if (offset !== reachedOffset)
    throw new ProblemError('upload_offset_mismatch', `the upload has ${reachedOffset} bytes`);
  if (!partial) return offset;
  const announced = Number(headers['content-length'] ?? 0);
  try {
    if (offset + announced > bytes) throw new TooManyBytesError(bytes);
    const length = await pieces.append(id, body, { offset, maxBytes: bytes, checksum });
    if (length === bytes) await finishPartial(scope, partial, await pieces.finish(id));
    return length;
  } catch (error) {
    throw await refusal(error, raw);
  }
}

async function refusal(error: unknown, body: IncomingMessage): Promise<unknown> {
  if (error instanceof TooManyBytesError || error instanceof StoreUnwritableError) await drain(body);
  else if (error instanceof UploadGoneError) return new ProblemError('upload_not_found', error.message);
  else if (!body.complete) return new ProblemError('malformed_request', 'the piece broke off; what came of it is kept');
  return error;
}

/** How far the upload has come, of how many bytes; no row: it is whole. @throws ProblemError upload_not_found */
async function reached(scope: Scope, id: string): Promise<[number, number, PartialUploadRow?]> {
  const whole = await scope.storage.uploads.get(id);
  if (whole) return [whole.bytes, whole.bytes];
  const partial = await requirePartial(scope, id);
  const pieces = requireAppended(scope);
  const length = await pieces.length(id);
  if (length < partial.bytes) return [length, partial.bytes, partial];
  // The service died after the last byte.
  await finishPartial(scope, partial, await pieces.finish(id));
  return [length, partial.bytes];
}

function requireAppended({ artifacts: { pieces } }: Scope) {
  if (pieces.kind === 'appended') return pieces;
  throw new ProblemError('not_offered', 'parts are sent to the store itself: POST /v1/uploads/resumable says how');
}

function requireVersion(request: FastifyRequest, reply: FastifyReply): void {
  if (request.headers['tus-resumable'] === TUS_VERSION) return;
  reply.header('tus-version', TUS_VERSION);
  throw new ProblemError('tus_version_unsupported', `send Tus-Resumable: ${TUS_VERSION}`);
}

function expiring(reply: FastifyReply, { expiresAt }: PartialUploadRow): FastifyReply {
  return reply.header('upload-expires', expiresAt.toUTCString());
}
