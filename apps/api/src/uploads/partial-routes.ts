import { type MultipartStaging, type Part, type PartialUploadRow, type UploadRow } from '@distiller/storage';
import { z } from 'zod';
import { type App } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { type Scope, scoped } from '../scope.ts';
import {
  Completion,
  NewPartialUpload,
  PartialUpload,
  PartUrls,
  toPartialUpload,
  WantedParts,
} from './partial-schema.ts';
import { beginPartial, discardPartial, finishPartial, partBytes, requirePartial } from './partial.ts';
import { toUpload, Upload } from './schema.ts';
import { type Turns } from './turns.ts';

const tags = ['uploads'];
const params = z.strictObject({ id: z.string().max(100) });

/** Uploads of many bytes: how they are sent depends on the store, and is said when one begins. */
export function partialUploadRoutes(app: App, turns: Turns): void {
  partRoutes(app, turns);

  const described = async (scope: Scope, partial: PartialUploadRow) =>
    toPartialUpload(partial, await received(scope, partial));

  app.post(
    '/v1/uploads/resumable',
    {
      schema: {
        tags,
        operationId: 'createResumableUpload',
        summary: 'Begin an upload that can be resumed: for files that are too large to be sent again',
        body: NewPartialUpload,
        response: { 201: PartialUpload, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { bytes, sha256 } = request.body;
      const partial = await beginPartial(request, { bytes, sha256 });
      const location = `/v1/uploads/resumable/${partial.id}`;
      return reply
        .code(201)
        .header('location', location)
        .send(await described(scoped(request), partial));
    },
  );

  app.get(
    '/v1/uploads/resumable/:id',
    {
      schema: {
        tags,
        operationId: 'getResumableUpload',
        summary: 'What has arrived of an upload that is not whole yet',
        params,
        response: { 200: PartialUpload, ...problemResponses },
      },
    },
    async (request) => {
      const scope = scoped(request);
      return described(scope, await requirePartial(scope, request.params.id));
    },
  );

  app.delete(
    '/v1/uploads/resumable/:id',
    {
      schema: {
        tags,
        operationId: 'deleteResumableUpload',
        summary: 'Give an upload up that is not whole yet',
        params,
        response: { 204: z.undefined(), ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const scope = scoped(request);
      const remove = async () => discardPartial(scope, await requirePartial(scope, id));
      await turns.take({ projectId: scope.storage.projectId, id }, () => undefined, remove);
      return reply.code(204).send(undefined);
    },
  );
}

/** Of uploads whose parts go to the store itself. */
function partRoutes(app: App, turns: Turns): void {
  app.post(
    '/v1/uploads/resumable/:id/parts',
    {
      schema: {
        tags,
        operationId: 'signUploadParts',
        summary: 'Where parts are PUT, for an hour; a part may be sent again',
        params,
        body: WantedParts,
        response: { 200: PartUrls, ...problemResponses },
      },
    },
    async (request) => {
      const { id } = request.params;
      const scope = scoped(request);
      const partial = await requirePartial(scope, id);
      const [pieces, token] = requireMultipart(scope, partial);
      const sizes = partSizes(partial);
      const sign = async (number: number) => {
        const bytes = sizes[number - 1];
        if (bytes === undefined) throw new ProblemError('invalid_request', `there are parts 1 to ${sizes.length}`);
        return { number, bytes, url: await pieces.partUrl(id, token, { number, bytes }) };
      };
      return { parts: await Promise.all(request.body.numbers.map(sign)) };
    },
  );

  app.post(
    '/v1/uploads/resumable/:id/complete',
    {
      schema: {
        tags,
        operationId: 'completeResumableUpload',
        summary: 'All parts are there: join them, check them, and make an upload of them',
        params,
        body: Completion,
        response: { 201: Upload, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const scope = scoped(request);
      const complete = async () =>
        (await scope.storage.uploads.get(id)) ?? (await completeParts(scope, id, request.body.parts));
      const upload = await turns.take({ projectId: scope.storage.projectId, id }, () => undefined, complete);
      return reply.code(201).header('location', `/v1/uploads/${id}`).send(toUpload(upload));
    },
  );
}

async function received({ artifacts: { pieces } }: Scope, { id, token }: PartialUploadRow) {
  if (pieces.kind === 'appended') return pieces.length(id);
  return (await pieces.parts(id, token ?? '')) ?? [];
}

async function completeParts(
  scope: Scope,
  id: string,
  named: { number: number; etag: string }[] | undefined,
): Promise<UploadRow> {
  const partial = await requirePartial(scope, id);
  const [pieces, token] = requireMultipart(scope, partial);
  const arrived = await pieces.parts(id, token);
  // Undefined: joined by a call whose answer was lost.
  if (arrived) {
    requireAll(partial, arrived, named);
    await pieces.join(id, token, arrived);
  }
  const stored = await pieces.finish(id).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new ProblemError('upload_not_found', `the store has no parts of upload ${id}`);
  });
  return finishPartial(scope, partial, stored);
}

/** @throws ProblemError naming the first parts at fault */
function requireAll(partial: PartialUploadRow, arrived: Part[], named: { number: number; etag: string }[] = []): void {
  const sizes = partSizes(partial);
  const found = new Map(arrived.map((part) => [part.number, part]));
  const bare = (etag: string | undefined) => etag?.replaceAll('"', '');
  const wrong = [
    ...sizes.flatMap((bytes, index) => (found.get(index + 1)?.bytes === bytes ? [] : [index + 1])),
    ...arrived.filter(({ number }) => number > sizes.length).map(({ number }) => number),
    ...named.filter(({ number, etag }) => bare(found.get(number)?.etag) !== bare(etag)).map(({ number }) => number),
  ];
  if (wrong.length === 0) return;
  const detail = `missing, or not as announced: ${wrong.slice(0, 20).join(', ')}${wrong.length > 20 ? ' …' : ''}`;
  throw new ProblemError('upload_incomplete', detail);
}

function partSizes({ bytes }: PartialUploadRow): number[] {
  const size = partBytes(bytes);
  return Array.from({ length: Math.ceil(bytes / size) }, (_, index) => Math.min(size, bytes - index * size));
}

function requireMultipart(
  { artifacts: { pieces } }: Scope,
  { id, token }: PartialUploadRow,
): [MultipartStaging, string] {
  if (pieces.kind === 'multipart' && token !== null) return [pieces, token];
  throw new ProblemError('not_offered', `the bytes are sent by tus, to /v1/uploads/tus/${id}`);
}
