import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createStorage } from '@distiller/storage';
import { type Api, startApi } from '../../../../test/api.ts';
import { waitUntil } from '../../../../test/processes.ts';
import { newApiKey, parseApiKey } from '../access/api-key.ts';
import { isLoopback } from '../access/loopback.ts';
import { readEnvironment } from '../environment.ts';

let api: Api;
let admin: ReturnType<Api['as']>;

beforeAll(async () => {
  api = await startApi({ auth: 'keys' });
  admin = api.as((await api.newKey()).text);
});

afterAll(() => api.close());

const status = async (key: string, url = '/v1/jobs') => (await api.as(key).get(url)).status;

async function member(fields: object = {}): Promise<{ id: string; key: string }> {
  const { body } = await admin.post('/v1/keys', { name: 'member', scopes: ['jobs:read'], ...fields });
  return { id: body.id ?? '', key: String(body['key']) };
}

test('any one slip in a key is found without asking the database', () => {
  const { text, shortId, secretSha256 } = newApiKey();
  expect(parseApiKey(text)).toEqual({ shortId, secretSha256 });
  for (let place = 0; place < text.length; place++) {
    const slip = text[place] === '7' ? '8' : '7';
    expect(parseApiKey(text.slice(0, place) + slip + text.slice(place + 1)), String(place)).toBeUndefined();
  }
  expect(parseApiKey(text.slice(0, -1))).toBeUndefined();
});

test('without a key, or with one that was never given out, nothing is told', async () => {
  const none = await api.get('/v1/jobs');
  expect([none.status, none.body.code]).toEqual([401, 'unauthenticated']);
  expect(none.headers['www-authenticate']).toContain('Bearer');
  expect(await status('dist_live_nonsense')).toBe(401);
  expect(await status(newApiKey().text)).toBe(401);
  const { key } = await member();
  expect(await status(newApiKey(parseApiKey(key)!.shortId).text), 'another secret for the same row').toBe(401);
  expect((await api.get('/livez')).status).toBe(200);
  expect((await api.get('/openapi.json')).status).toBe(200);
});

test('a key does what its scopes say, and only an admin reaches keys, projects and the audit', async () => {
  const { key, id } = await member();
  const calls = api.as(key);
  expect((await calls.get('/v1/jobs')).status).toBe(200);
  for (const url of ['/v1/teachers', '/v1/keys', `/v1/keys/${id}`, '/v1/projects', '/v1/audit']) {
    expect([url, (await calls.get(url)).body.code]).toEqual([url, 'forbidden']);
  }
  expect((await calls.post('/v1/jobs', {})).body).toMatchObject({
    code: 'forbidden',
    detail: expect.stringContaining('jobs:write') as string,
  });
  expect((await calls.get('/v1/identity')).body).toMatchObject({ auth: 'keys', scopes: ['jobs:read'], key: { id } });
});

test('an expired and a revoked key are refused', async () => {
  const expired = await member({ expires_at: new Date(Date.now() - 1000).toISOString() });
  expect(await status(expired.key)).toBe(401);
  const { id, key } = await member({ expires_at: new Date(Date.now() + 60_000).toISOString() });
  expect(await status(key)).toBe(200);
  expect((await admin.post(`/v1/keys/${id}/revoke`)).body['revoked_at']).not.toBeNull();
  expect(await status(key)).toBe(401);
  expect((await admin.post(`/v1/keys/${id}/rotate`, {})).body.code).toBe('key_revoked');
});

test('after a rotation both secrets are taken for the overlap, and then the new one', async () => {
  const { id, key } = await member();
  const rotated = String((await admin.post(`/v1/keys/${id}/rotate`, { overlap_seconds: 60 })).body['key']);
  expect([await status(key), await status(rotated)]).toEqual([200, 200]);
  await api.database.query("UPDATE api_keys SET previous_valid_until = now() - interval '1 second' WHERE id = $1", [
    id,
  ]);
  // A row that was changed behind the API's back is seen a second later.
  await waitUntil(async () => (await status(key)) === 401, 'the old secret is refused');
  expect(await status(rotated)).toBe(200);
});

test('what another process does to a key is seen within a moment: a new secret at once, a revocation a second later', async () => {
  const { id, key } = await member();
  expect(await status(key)).toBe(200);
  const elsewhere = createStorage({ databaseUrl: api.database.url });
  onTestFinished(() => elsewhere.close());
  const { text, secretSha256 } = newApiKey(parseApiKey(key)?.shortId);
  await elsewhere.keys.rotate(id, secretSha256, new Date());
  expect(await status(text)).toBe(200);
  await elsewhere.keys.revoke(id);
  await waitUntil(async () => (await status(text)) === 401, 'the revoked key is refused');
});

test('the secret of a key is nowhere in the database, and is told once', async () => {
  const { id, key } = await member();
  const secret = key.split('_').at(-1) ?? '';
  const rows = await api.database.query(`SELECT to_jsonb(k) AS row FROM api_keys k
    UNION ALL SELECT to_jsonb(i) FROM idempotency_keys i UNION ALL SELECT to_jsonb(a) FROM audit_events a`);
  expect(JSON.stringify(rows)).not.toContain(secret.slice(0, 16));
  expect(JSON.stringify((await admin.get(`/v1/keys/${id}`)).body)).not.toContain(secret.slice(0, 16));
});

test('who did what is written down, and stays so', async () => {
  const { id } = await member();
  const { body } = await admin.get('/v1/audit');
  expect(body.data?.[0]).toMatchObject({
    action: 'createKey',
    resource: `/v1/keys/${id}`,
    status: 201,
    request_id: expect.stringMatching(/^req_/) as string,
  });
  for (const change of ['UPDATE audit_events SET action = NULL', 'DELETE FROM audit_events', 'TRUNCATE audit_events']) {
    await expect(api.database.query(change)).rejects.toThrow('append-only');
  }
});

test('without keys the API listens on loopback only', () => {
  const urls = { DATABASE_URL: 'postgres://x', QUEUE_URL: 'postgres://x', ARTIFACTS_URL: 'file:///x' };
  expect(readEnvironment(urls).auth).toBe('off');
  expect(() => readEnvironment({ ...urls, HOST: '0.0.0.0' })).toThrow(/loopback/);
  expect(readEnvironment({ ...urls, HOST: '0.0.0.0', AUTH: 'keys' }).auth).toBe('keys');
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
  expect(['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', 'example.com', ''].map(isLoopback)).not.toContain(true);
});
