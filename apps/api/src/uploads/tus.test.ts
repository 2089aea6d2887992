import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Upload as TusUpload } from 'tus-js-client';
import { type Api, startApi } from '../../../../test/api.ts';
import { waitUntil } from '../../../../test/processes.ts';
import { removeUnused } from '../sweeper.ts';

const LIMIT = 5_000_000;

let api: Api;
let url: string;

beforeAll(async () => {
  api = await startApi({ maxUploadBytes: LIMIT });
  url = await api.app.listen({ port: 0 });
});

afterAll(() => api.close());

const sha256 = (bytes: Uint8Array, encoding: 'hex' | 'base64' = 'hex') =>
  createHash('sha256').update(bytes).digest(encoding);
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function tus(method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array) {
  const all = { 'tus-resumable': '1.0.0', ...headers };
  const response = await fetch(`${url}${path}`, { method, headers: all, ...(body && { body: new Uint8Array(body) }) });
  const text = await response.text();
  const problem = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, code: problem['code'], detail: problem['detail'] };
}

const begin = async (bytes: number, metadata = '') => {
  const created = await tus('POST', '/v1/uploads/tus', { 'upload-length': `${bytes}`, 'upload-metadata': metadata });
  return created.headers.get('location') ?? '';
};
const piece = (path: string, offset: number, body: Uint8Array, headers: Record<string, string> = {}) =>
  tus(
    'PATCH',
    path,
    { 'content-type': 'application/offset+octet-stream', 'upload-offset': `${offset}`, ...headers },
    body,
  );
const offsetOf = async (path: string) => (await tus('HEAD', path)).headers.get('upload-offset');

test('what a tus client sends in chunks becomes an upload with its hash', async () => {
  const bytes = randomBytes(1_000_000);
  const options = { endpoint: `${url}/v1/uploads/tus`, chunkSize: 300_000, metadata: { sha256: sha256(bytes) } };
  const location = await new Promise<string>((resolve, reject) => {
    const upload = new TusUpload(bytes, { ...options, onError: reject, onSuccess: () => resolve(upload.url ?? '') });
    upload.start();
  });
  const id = location.split('/').at(-1) ?? '';
  expect((await api.get(`/v1/uploads/${id}`)).body).toMatchObject({ id, sha256: sha256(bytes), bytes: 1_000_000 });
  expect(await offsetOf(`/v1/uploads/tus/${id}`)).toBe('1000000');
});

test('it is told what is spoken, and another version is refused', async () => {
  const told = await tus('OPTIONS', '/v1/uploads/tus');
  expect([told.status, told.headers.get('tus-max-size'), told.headers.get('tus-extension')]).toEqual([
    204,
    `${LIMIT}`,
    'creation,checksum,expiration,termination',
  ]);
  const other = await tus('POST', '/v1/uploads/tus', { 'tus-resumable': '0.2.2', 'upload-length': '1' });
  expect([other.status, other.code, other.headers.get('tus-version')]).toEqual([
    412,
    'tus_version_unsupported',
    '1.0.0',
  ]);
});

test('a piece that begins elsewhere than the bytes end is refused, and what is there stays', async () => {
  const path = await begin(10);
  expect((await piece(path, 0, Buffer.from('01234'))).headers.get('upload-offset')).toBe('5');
  for (const offset of [0, 4, 6])
    expect((await piece(path, offset, Buffer.from('x'))).code).toBe('upload_offset_mismatch');
  expect(await offsetOf(path)).toBe('5');
});

test('a piece with another checksum is refused and not kept', async () => {
  const path = await begin(10);
  await piece(path, 0, Buffer.from('01234'), { 'upload-checksum': `sha256 ${sha256(Buffer.from('01234'), 'base64')}` });
  const refused = await piece(path, 5, Buffer.from('56'), { 'upload-checksum': `sha1 ${base64('x'.repeat(20))}` });
  expect([refused.status, refused.code]).toEqual([460, 'piece_checksum_mismatch']);
  expect(await offsetOf(path)).toBe('5');
  expect((await piece(path, 5, Buffer.from('5'), { 'upload-checksum': 'md5 abc' })).status).toBe(422);
});

test('too much is a 413, at the beginning and in a piece, and nothing of it is stored', async () => {
  const before = await api.stored();
  const refused = await tus('POST', '/v1/uploads/tus', { 'upload-length': `${LIMIT + 1}` });
  expect([refused.status, refused.code, refused.detail]).toEqual([413, 'body_too_large', `more than ${LIMIT} bytes`]);
  expect(await api.stored()).toEqual(before);
  const path = await begin(10);
  expect((await piece(path, 0, Buffer.alloc(11))).status).toBe(413);
  expect(await offsetOf(path)).toBe('0');
});

test('bytes that are not those announced leave nothing', async () => {
  const before = await api.stored();
  const path = await begin(4, `sha256 ${base64(sha256(Buffer.from('good')))}`);
  const refused = await piece(path, 0, Buffer.from('evil'));
  expect([refused.status, refused.code]).toEqual([422, 'digest_mismatch']);
  expect((await tus('HEAD', path)).status).toBe(404);
  expect(await api.stored()).toEqual(before);
});

test('what came before a connection was cut stays, and who comes back takes over', async () => {
  const path = await begin(5000);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  const head = [
    `PATCH ${path} HTTP/1.1`,
    'Host: x',
    'Tus-Resumable: 1.0.0',
    'Upload-Offset: 0',
    'Content-Type: application/offset+octet-stream',
    'Content-Length: 5000',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${'a'.repeat(2000)}`);
  const { pieces } = api.artifacts;
  const id = path.split('/').at(-1) ?? '';
  await waitUntil(async () => pieces.kind === 'appended' && (await pieces.length(id)) === 2000, 'the first bytes');
  // The first connection is still open.
  expect(await offsetOf(path)).toBe('2000');
  expect((await piece(path, 2000, Buffer.alloc(3000, 'b'))).status).toBe(204);
  socket.destroy();
  const expected = sha256(Buffer.from('a'.repeat(2000) + 'b'.repeat(3000)));
  expect((await api.get(`/v1/uploads/${id}`)).body).toMatchObject({ sha256: expected, bytes: 5000 });
});

test('an unfinished upload is no upload, is removed when it has expired or is given up, and not before', async () => {
  const [path, other] = [await begin(10), await begin(10)];
  for (const one of [path, other]) await piece(one, 0, Buffer.from('0'));
  expect((await api.get(`/v1/uploads/${path.split('/').at(-1)}`)).status).toBe(404);
  expect((await tus('DELETE', other)).status).toBe(204);
  const day = 24 * 3_600_000;
  await removeUnused(api, Date.now() + day - 60_000);
  expect(await offsetOf(path)).toBe('1');
  await removeUnused(api, Date.now() + day + 60_000);
  expect((await tus('HEAD', path)).status).toBe(404);
  expect((await api.stored()).rows['partial_uploads']).toBe('0');
  await expect(api.artifacts.stagedPath(path.split('/').at(-1) ?? '')).rejects.toMatchObject({ code: 'ENOENT' });
});
