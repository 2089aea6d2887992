import { createHash, randomBytes } from 'node:crypto';
import { appendFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../../test/api.ts';

let api: Api;
let job: Awaited<ReturnType<typeof registerBoth>>;

beforeAll(async () => {
  api = await startApi();
  job = await registerBoth(api, 'breakout');
});

afterAll(() => api.close());

/** A finished job's model, with files of random bytes. */
async function makeModel() {
  const submitted = (await api.post('/v1/jobs', job)).body;
  const claim = await api.storage.jobs.claim(String(submitted.id));
  const teacher = await api.storage.teachers.get('breakout');
  const [student, reference] = [randomBytes(300_000), randomBytes(1000)];
  const mediaType = 'application/octet-stream';
  const model = {
    observation: teacher?.observation as object,
    contractHash: teacher?.contractHash ?? '',
    actions: teacher?.actions ?? [],
    layerTable: claim?.job.layerTable,
    metrics: { kl: 0.125, action_error: 0.5, jacobian_error: 0.25 },
    files: [
      { name: 'student', filename: 'student "1".safetensors', mediaType, ...(await api.artifacts.put(student)) },
      { name: 'reference', filename: 'reference.safetensors', mediaType, ...(await api.artifacts.put(reference)) },
    ],
  };
  const fence = { jobId: String(submitted.id), attempt: 1 };
  await api.storage.jobs.finish(fence, { status: 'succeeded', result: model.metrics, made: { model } });
  const id = String((await api.get(`/v1/jobs/${submitted.id}`)).body['model']);
  return { id, jobId: fence.jobId, student, reference, hash: createHash('sha256').update(student).digest() };
}

test('a model tells its job, its contract, its layers, its metrics and its files', async () => {
  const { id, jobId, hash } = await makeModel();
  const { status, body } = await api.get(`/v1/models/${id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    job: jobId,
    observation: { game: 'breakout' },
    student: { parameter_count: 142 },
    metrics: { kl: 0.125 },
    files: [{ name: 'student', sha256: hash.toString('hex'), bytes: 300_000 }, { name: 'reference' }],
  });
  expect((await api.get('/v1/models')).body.data).toContainEqual(body);
});

test('a download is the very bytes, announced by length, ETag and Repr-Digest', async () => {
  const { id, student, hash } = await makeModel();
  const response = await api.app.inject({ method: 'GET', url: `/v1/models/${id}/download` });
  expect(response.rawPayload.equals(student)).toBe(true);
  expect(response.headers).toMatchObject({
    'content-length': '300000',
    'content-type': 'application/octet-stream',
    etag: `"sha256-${hash.toString('hex')}"`,
    'repr-digest': `sha-256=:${hash.toString('base64')}:`,
    'content-disposition': 'attachment; filename="student__1_.safetensors"',
  });
});

test('the reference is downloaded by its name, and no other file is', async () => {
  const { id, reference } = await makeModel();
  const response = await api.app.inject({ method: 'GET', url: `/v1/models/${id}/download?file=reference` });
  expect(response.rawPayload.equals(reference)).toBe(true);
  expect((await api.get(`/v1/models/${id}/download?file=teacher`)).status).toBe(422);
});

test('HEAD tells what GET would, without the bytes', async () => {
  const { id } = await makeModel();
  const head = await api.app.inject({ method: 'HEAD', url: `/v1/models/${id}/download` });
  const get = await api.app.inject({ method: 'GET', url: `/v1/models/${id}/download` });
  const told = ['content-length', 'content-type', 'etag', 'repr-digest', 'content-disposition'];
  for (const name of told) expect(head.headers[name]).toBe(get.headers[name]);
  expect([head.statusCode, head.rawPayload.length]).toEqual([200, 0]);
});

test('who has the file already is told so', async () => {
  const { id, hash } = await makeModel();
  const ask = async (tag: string) => {
    const headers = { 'if-none-match': tag };
    return (await api.app.inject({ method: 'GET', url: `/v1/models/${id}/download`, headers })).statusCode;
  };
  expect(await ask(`"other", "sha256-${hash.toString('hex')}"`)).toBe(304);
  expect(await ask('"sha256-0"')).toBe(200);
});

test.each([
  ['the first bytes', 'bytes=0-9', 0, 9],
  ['from a place on', 'bytes=299000-', 299_000, 299_999],
  ['the last bytes', 'bytes=-10', 299_990, 299_999],
  ['more than there is', 'bytes=299999-999999999', 299_999, 299_999],
  ['a longer end than the file', 'bytes=-999999', 0, 299_999],
])('a range of %s is answered with them', async (_what, range, start, end) => {
  const { id, student, hash } = await makeModel();
  const response = await api.app.inject({ method: 'GET', url: `/v1/models/${id}/download`, headers: { range } });
  expect(response.statusCode).toBe(206);
  expect(response.rawPayload.equals(student.subarray(start, end + 1))).toBe(true);
  expect(response.headers).toMatchObject({
    'content-range': `bytes ${start}-${end}/300000`,
    'content-length': String(end - start + 1),
    'repr-digest': `sha-256=:${hash.toString('base64')}:`,
  });
});

test('a range outside the file is refused with its length', async () => {
  const { id } = await makeModel();
  for (const range of ['bytes=300000-', 'bytes=-0']) {
    const response = await api.app.inject({ method: 'GET', url: `/v1/models/${id}/download`, headers: { range } });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([416, 'range_not_satisfiable']);
    expect(response.headers['content-range']).toBe('bytes */300000');
  }
});

test('several ranges, units that nobody knows, HEAD and a file that became another are answered whole', async () => {
  const { id, hash } = await makeModel();
  const etag = `"sha256-${hash.toString('hex')}"`;
  const status = async (headers: Record<string, string>, method: 'GET' | 'HEAD' = 'GET') =>
    (await api.app.inject({ method, url: `/v1/models/${id}/download`, headers })).statusCode;
  expect(await status({ range: 'bytes=0-1,100-200' })).toBe(200);
  for (const range of ['frames=0-1', 'bytes=5-2', 'bytes=-', 'bytes=a-b']) expect(await status({ range })).toBe(200);
  expect(await status({ range: 'bytes=0-1' }, 'HEAD')).toBe(200);
  expect(await status({ range: 'bytes=0-1', 'if-range': etag })).toBe(206);
  for (const other of ['"sha256-0"', `W/${etag}`, 'Tue, 24 Nov 2026 00:00:00 GMT']) {
    expect(await status({ range: 'bytes=0-1', 'if-range': other })).toBe(200);
  }
});

test('damaged or missing bytes are not handed out', async () => {
  for (const damage of [(path: string) => appendFile(path, 'x'), rm]) {
    const { id, hash } = await makeModel();
    await damage(await api.artifacts.path(hash.toString('hex')));
    const { status, type, body } = await api.get(`/v1/models/${id}/download`);
    expect([status, body.code]).toEqual([500, 'artifact_damaged']);
    expect(type).toContain('application/problem+json');
  }
});
