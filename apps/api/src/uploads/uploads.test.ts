import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from '../../../../test/api.ts';
import { waitUntil } from '../../../../test/processes.ts';
import { removeUnused } from '../sweeper.ts';

const LIMIT = 100_000;

let api: Api;
let url: string;

beforeAll(async () => {
  api = await startApi({ maxUploadBytes: LIMIT });
  url = await api.app.listen({ port: 0 });
});

afterAll(() => api.close());

const sha256 = (bytes: Uint8Array, encoding: 'hex' | 'base64' = 'hex') =>
  createHash('sha256').update(bytes).digest(encoding);

async function send(
  body: Uint8Array | string | ReadableStream,
  { query = '', ...headers }: Record<string, string> = {},
) {
  const all = { 'content-type': 'application/octet-stream', ...headers };
  const init = { method: 'POST', body, headers: all, duplex: 'half' } as RequestInit;
  const response = await fetch(`${url}/v1/uploads${query}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('an upload is answered with the hash and the length of what came', async () => {
  const bytes = Buffer.alloc(LIMIT, 7);
  const { status, body } = await send(bytes);
  expect([status, body['sha256'], body['bytes']]).toEqual([201, sha256(bytes), LIMIT]);
  expect((await api.get(`/v1/uploads/${String(body['id'])}`)).body).toEqual(body);
});

test('a digest that fits is accepted, in the header and in the address', async () => {
  const bytes = Buffer.from('weights');
  expect((await send(bytes, { 'repr-digest': `sha-256=:${sha256(bytes, 'base64')}:` })).status).toBe(201);
  expect((await send(bytes, { 'content-digest': `sha-256=:${sha256(bytes, 'base64')}:` })).status).toBe(201);
  expect((await send(bytes, { query: `?sha256=${sha256(bytes)}` })).status).toBe(201);
});

test('a digest that does not fit is refused, and nothing is stored', async () => {
  const before = await api.stored();
  const digest = sha256(Buffer.from('other'), 'base64');
  const refused = await send(Buffer.from('weights'), { 'repr-digest': `sha-256=:${digest}:` });
  expect([refused.status, refused.body['code']]).toEqual([422, 'digest_mismatch']);
  expect(refused.body['errors']).toMatchObject([{ parameter: 'repr-digest' }]);
  const other = await send(Buffer.from('weights'), { 'content-digest': `sha-256=:${digest}:` });
  expect(other.body['errors']).toMatchObject([{ parameter: 'content-digest' }]);
  const malformed = await send(Buffer.from('weights'), { 'repr-digest': 'sha-256=:abc:' });
  expect([malformed.status, malformed.body['code']]).toEqual([422, 'invalid_request']);
  expect(await api.stored()).toEqual(before);
});

test.each([
  ['one byte too many', () => Buffer.alloc(LIMIT + 1)],
  ['fifty times too much', () => Buffer.alloc(50 * LIMIT)],
  ['a stream of unknown length', () => new Blob([Buffer.alloc(20 * LIMIT)]).stream()],
])('%s is a 413 that the sender gets to see, and nothing is stored', async (_what, body) => {
  const before = await api.stored();
  const refused = await send(body());
  expect([refused.status, refused.body['code']]).toEqual([413, 'body_too_large']);
  expect(await api.stored()).toEqual(before);
});

test('a JSON body that is too large is a 413 that the sender gets to see', async () => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/jobs`, { method: 'POST', headers, body: `"${'x'.repeat(20_000_000)}"` });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: 'body_too_large' });
});

test.each(['application/json', 'multipart/form-data; boundary=x', 'text/plain'])(
  'an upload sent as %s is refused',
  async (type) => {
    const { status, body } = await send('{}', { 'content-type': type });
    expect([status, body['code']]).toEqual([415, 'unsupported_media_type']);
  },
);

test('an upload without a body is refused', async () => {
  const response = await api.app.inject({ method: 'POST', url: '/v1/uploads' });
  expect(response.statusCode).toBe(415);
});

test('an upload that breaks off leaves nothing', async () => {
  const before = await api.stored();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  const head = [
    'POST /v1/uploads HTTP/1.1',
    'Host: x',
    'Content-Type: application/octet-stream',
    'Content-Length: 5000',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\nhalf`);
  await waitUntil(async () => (await api.stored()).files > before.files, 'the staged file');
  socket.destroy();
  await waitUntil(async () => (await api.stored()).files === before.files, 'its removal');
  expect(await api.stored()).toEqual(before);
});

test('an upload that nobody uses is removed after a day, and not before', async () => {
  const { body } = await send(Buffer.from('forgotten'));
  const day = 24 * 3_600_000;
  await removeUnused(api, Date.now() + day - 60_000);
  expect((await api.get(`/v1/uploads/${String(body['id'])}`)).status).toBe(200);
  await removeUnused(api, Date.now() + day + 60_000);
  expect((await api.get(`/v1/uploads/${String(body['id'])}`)).status).toBe(404);
  expect((await api.stored()).files).toBe(0);
});
