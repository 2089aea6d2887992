import { type KeyRow, type Storage } from '@distiller/storage';
import { z } from 'zod';
import { newApiKey } from '../access/api-key.ts';
import { type App } from '../dependencies.ts';
import { PageQuery, pageOf, pageRequest, toPage } from '../page.ts';
import { fieldProblem, ProblemError } from '../problems/problem.ts';
import { problemResponses } from '../problems/schema.ts';
import { Key, KeyInput, NewKey, toKey, toLimits } from './schema.ts';

const tags = ['admin'];
const params = z.strictObject({ id: z.string() });
const MAX_OVERLAP_S = 30 * 24 * 3600;

const Rotation = z
  .strictObject({
    overlap_seconds: z
      .int()
      .min(0)
      .max(MAX_OVERLAP_S)
      .default(24 * 3600)
      .describe('how long the secret before is still taken'),
  })
  .meta({ id: 'KeyRotation' });

type Tables = Pick<Storage, 'keys' | 'projects'>;

export function keyRoutes(app: App, tables: Tables): void {
  const { keys } = tables;
  app.post(
    '/v1/keys',
    {
      config: { isSecret: true },
      schema: {
        tags,
        operationId: 'createKey',
        summary: 'Make an API key; the answer is the only one that tells it',
        body: KeyInput,
        response: { 201: NewKey, ...problemResponses },
      },
    },
    async ({ body }, reply) => {
      const { text, row } = await createKey(tables, body);
      return reply
        .code(201)
        .header('location', `/v1/keys/${row.id}`)
        .send({ ...toKey(row), key: text });
    },
  );

  app.get(
    '/v1/keys',
    {
      schema: {
        tags,
        operationId: 'listKeys',
        querystring: PageQuery,
        response: { 200: pageOf(Key), ...problemResponses },
      },
    },
    async ({ query }) => toPage(await keys.list(pageRequest(query)), toKey),
  );

  app.get(
    '/v1/keys/:id',
    { schema: { tags, operationId: 'getKey', params, response: { 200: Key, ...problemResponses } } },
    async ({ params: { id } }) => toKey(known(await keys.get(id), id)),
  );
  endRoutes(app, tables);
}

/** How a key's life goes on. */
function endRoutes(app: App, { keys }: Tables): void {
  app.post(
    '/v1/keys/:id/rotate',
    {
      config: { isSecret: true },
      schema: {
        tags,
        operationId: 'rotateKey',
        summary: 'Give the key a new secret; the one before is still taken for a while',
        params,
        body: Rotation.default(Rotation.parse({})),
        response: { 200: NewKey, ...problemResponses },
      },
    },
    async ({ params: { id }, body }) => {
      const { shortId } = known(await keys.get(id), id);
      const { text, secretSha256 } = newApiKey(shortId);
      const until = new Date(Date.now() + 1000 * body.overlap_seconds);
      const rotated = await keys.rotate(id, secretSha256, until);
      if (!rotated) throw new ProblemError('key_revoked', 'the key was revoked, or rotated by another at this moment');
      return { ...toKey(rotated), key: text };
    },
  );

  app.post(
    '/v1/keys/:id/revoke',
    {
      schema: {
        tags,
        operationId: 'revokeKey',
        summary: 'Refuse the key from now on; there is no way back',
        params,
        response: { 200: Key, ...problemResponses },
      },
    },
    async ({ params: { id } }) => toKey(known(await keys.revoke(id), id)),
  );
}

/** @returns the row, and the key that is told once. @throws ProblemError when there is no such project */
export async function createKey({ keys, projects }: Tables, input: KeyInput): Promise<{ text: string; row: KeyRow }> {
  const { name, project, scopes, limits, expires_at } = input;
  if (!(await projects.get(project))) {
    throw fieldProblem('unknown_reference', '/project', `no project has the id '${project}'`);
  }
  const { text, shortId, secretSha256 } = newApiKey();
  const expiresAt = expires_at === undefined ? undefined : new Date(expires_at);
  const described = { projectId: project, name, scopes, limits: toLimits(limits), expiresAt };
  return { text, row: await keys.create({ ...described, shortId, secretSha256 }) };
}

function known(key: KeyRow | null, id: string): KeyRow {
  if (key) return key;
  throw new ProblemError('key_not_found', `no API key has the id '${id}'`);
}
