import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createArtifactStore } from '@distiller/storage';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../test/api.ts';
import { cuttingProxy } from '../../../test/cutting-proxy.ts';
import { emptyDatabase } from '../../../test/database.ts';
import { startServiceProcess } from '../../../test/service-process.ts';
import { type S3Server, startS3 } from '../../../test/s3.ts';
import { createClient, NotResumableError } from './index.ts';

const MIB = 1024 ** 2;
const LIMIT = 40 * MIB;
const file = randomBytes(20 * MIB);
const sha256 = createHash('sha256').update(file).digest('hex');
const resumable = { sha256, resumableFromBytes: MIB };

const s3: S3Server | undefined = await startS3();
afterAll(() => s3?.stop());

describe('to a directory', () => {
  let api: Api;
  let url: string;

  beforeAll(async () => {
    api = await startApi({ maxUploadBytes: LIMIT });
    url = await api.app.listen({ port: 0 });
  });
  afterAll(() => api.close());

  test('a large file arrives though its connection is cut again and again', async () => {
    let [cuts, next] = [0, 3 * MIB];
    const proxy = await cuttingProxy(url, {
      onReceived: (total) => {
        if (cuts === 4 || total < next) return;
        [cuts, next] = [cuts + 1, total + 5 * MIB];
        proxy.cut();
      },
    });
    const sent: number[] = [];
    const options = { ...resumable, onProgress: (bytes: number) => void sent.push(bytes) };
    const upload = await createClient({ baseUrl: proxy.url }).uploadFile(new Blob([file]), options);
    expect(upload).toMatchObject({ sha256, bytes: file.length });
    expect(cuts).toBe(4);
    expect(sent).toEqual([8 * MIB, 16 * MIB, 20 * MIB]);
  });

  test('a file that is not what was said, too large, or given up leaves nothing', async () => {
    const before = await api.stored();
    const client = createClient({ baseUrl: url });
    const other = client.uploadFile(new Blob([file, 'x']), resumable);
    await expect(other).rejects.toMatchObject({ status: 422, code: 'digest_mismatch' });
    const large = client.uploadFile(new Blob([file, file, 'x']), resumable);
    await expect(large).rejects.toMatchObject({ status: 413, code: 'body_too_large' });
    const aborting = new AbortController();
    const abort = () => aborting.abort(new Error('no longer wanted'));
    const givenUp = client.uploadFile(file, { ...resumable, signal: aborting.signal, onProgress: abort });
    await expect(givenUp).rejects.toThrow('no longer wanted');
    expect(await api.stored()).toEqual(before);
  });
});

test('a large file arrives though the service is killed in the midst of it', async () => {
  const database = await emptyDatabase();
  onTestFinished(() => database.drop());
  const artifacts = pathToFileURL(await mkdtemp(join(tmpdir(), 'killed-'))).href;
  const urls = { DATABASE_URL: database.url, QUEUE_URL: database.url, ARTIFACTS_URL: artifacts, LOG_LEVEL: 'silent' };
  const start = async (port: string) => {
    const { process: child, ready } = await startServiceProcess('api', { ...urls, PORT: port });
    onTestFinished(() => void child.kill('SIGKILL'));
    return { child, url: ready.url! };
  };
  const first = await start('0');
  let restarted: ReturnType<typeof start> | undefined;
  const proxy = await cuttingProxy(first.url, {
    onReceived: (total) => {
      if (total < 12 * MIB || restarted) return;
      first.child.kill('SIGKILL');
      restarted = start(new URL(first.url).port);
    },
  });
  const client = createClient({ baseUrl: proxy.url });
  expect(await client.uploadFile(file, resumable)).toMatchObject({ sha256, bytes: file.length });
  expect(first.child.signalCode).toBe('SIGKILL');
  await restarted;
});

describe.runIf(s3)('to S3', () => {
  let api: Api;
  let url: string;

  beforeAll(async () => {
    api = await startApi({ maxUploadBytes: LIMIT, artifacts: createArtifactStore(await s3!.newStoreUrl()) });
    url = await api.app.listen({ port: 0 });
  });
  afterAll(() => api.close());

  test('a large file goes to the store itself, though a part and an answer are lost', async () => {
    const toService: number[] = [];
    let lost = 0;
    const losing: typeof fetch = async (input, init) => {
      const address = input as string;
      const isPart = address.startsWith(s3!.endpoint);
      if (!isPart && init?.body) toService.push((init.body as string).length);
      if (isPart && lost === 0) {
        lost++;
        throw new TypeError('the connection was lost');
      }
      const response = await fetch(input, init);
      if (address.endsWith('/complete') && lost === 1) {
        lost++;
        throw new TypeError('the answer was lost');
      }
      return response;
    };
    const upload = await createClient({ baseUrl: url, fetch: losing }).uploadFile(file, resumable);
    expect(upload).toMatchObject({ sha256, bytes: file.length });
    expect(lost).toBe(2);
    expect(Math.max(...toService)).toBeLessThan(1000);
  });

  test('who may not reach the store is told so, and nothing is left of the attempt', async () => {
    const client = createClient({ baseUrl: url });
    const indirect = client.uploadFile(new Blob([file]), { ...resumable, direct: false });
    await expect(indirect).rejects.toThrow(NotResumableError);
    const left = await api.database.query('SELECT 1 FROM partial_uploads');
    expect(left).toEqual([]);
  });

  test('what is not what was said, or not whole, becomes no upload', async () => {
    const client = createClient({ baseUrl: url });
    const other = client.uploadFile(new Blob([file, 'x']), resumable);
    await expect(other).rejects.toMatchObject({ status: 422, code: 'digest_mismatch' });
    const { id } = (await api.post('/v1/uploads/resumable', { bytes: 10 })).body;
    const completed = await api.post(`/v1/uploads/resumable/${id}/complete`, {});
    expect([completed.status, completed.body.code]).toEqual([422, 'upload_incomplete']);
    expect((await api.get(`/v1/uploads/${id}`)).status).toBe(404);
    expect((await api.get(`/v1/uploads/resumable/${id}`)).body).toMatchObject({
      received_bytes: 0,
      way: { kind: 'multipart', part_count: 1, parts: [] },
    });
  });

  test('teachers and rollouts are registered from it, and a job file is downloaded from the store itself', async () => {
    const spec = await registerBoth(api, 'on-s3');
    const id = String((await api.post('/v1/jobs', spec)).body.id);
    await api.storage.jobs.claim(id);
    const stored = await api.artifacts.put(file);
    const files = [{ name: 'play', filename: 'play.mp4', mediaType: 'video/mp4', ...stored }];
    await api.storage.jobs.finish({ jobId: id, attempt: 1 }, { status: 'succeeded', made: { files } });
    const address = `${url}/v1/jobs/${id}/files/play`;
    const pointed = await fetch(address, { redirect: 'manual' });
    expect([pointed.status, pointed.headers.get('location')?.startsWith(s3!.endpoint)]).toEqual([303, true]);
    // A page of ours may not reach the store; what its reader saves is no matter of the page.
    const asked = async (mode: string) => {
      const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': mode };
      const { statusCode, rawPayload } = await api.app.inject({ url: `/v1/jobs/${id}/files/play`, headers });
      return [statusCode, rawPayload.length];
    };
    expect([await asked('no-cors'), await asked('navigate')]).toEqual([
      [200, file.length],
      [303, 0],
    ]);
    const ranged = await fetch(address, { headers: { range: 'bytes=5-9' } });
    expect(Buffer.from(await ranged.arrayBuffer()).equals(file.subarray(5, 10))).toBe(true);
    expect(ranged.headers.get('content-disposition')).toContain('play.mp4');
    const download = await createClient({ baseUrl: url }).downloadJobFile(id, 'play');
    expect([download.sha256, download.filename]).toEqual([sha256, 'play.mp4']);
    await api.artifacts.delete(stored.sha256);
    expect((await api.get(`/v1/jobs/${id}/files/play`)).body.code).toBe('artifact_damaged');
  });
});
