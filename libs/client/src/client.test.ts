import { createHash, randomBytes } from 'node:crypto';
import { type AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Api, registerBoth, startApi, tinyRollouts, tinyTeacher } from '../../../test/api.ts';
import { cuttingProxy } from '../../../test/cutting-proxy.ts';
import { waitUntil } from '../../../test/processes.ts';
import { createClient, type Client, type JobEvent, type JobSpec, ProblemError } from './index.ts';

let api: Api;
let url: string;
let client: Client;
let spec: Extract<JobSpec, { kind: 'distillation' }>;

beforeAll(async () => {
  api = await startApi();
  spec = (await registerBoth(api, 'breakout')) as typeof spec;
  url = await api.app.listen({ port: 0 });
  client = createClient({ baseUrl: `${url}/` });
});

afterAll(() => api.close());

async function runningJob() {
  const { id } = await client.jobs.create(spec);
  await api.storage.jobs.claim(id);
  return { id, fence: { jobId: id, attempt: 1 } };
}

const note = (message: string) => ({ events: [{ type: 'message', message }] });

/** Collects a job's events; `done` resolves when the iteration ends. */
function collect(from: Client, id: string, options: { signal?: AbortSignal; lastEventId?: number } = {}) {
  const events: JobEvent[] = [];
  const done = (async () => {
    for await (const event of from.watch(id, options)) events.push(event);
  })();
  return { events, seqs: () => events.map(({ seq }) => seq), done };
}

test('teachers and rollouts are uploaded, registered, read and listed', async () => {
  const { input, weights } = tinyTeacher('from-client');
  const upload = await client.uploadFile(weights);
  expect(upload.sha256).toBe(createHash('sha256').update(weights).digest('hex'));
  const teacher = await client.teachers.create({ ...input, weights: { upload: upload.id } });
  const file = await client.uploadFile(new Blob([Buffer.from(await tinyRollouts())]));
  const rollouts = await client.rollouts.create({ name: 'from-client', file: { upload: file.id } });
  expect(await client.teachers.get('from-client')).toEqual(teacher);
  expect(await client.rollouts.get(rollouts.id)).toEqual(rollouts);
  expect((await client.teachers.list({ limit: 1 })).data).toEqual([teacher]);
});

test('a job is submitted, read, listed by status and cancelled', async () => {
  const job = await client.jobs.create(spec);
  expect(await client.jobs.get(job.id)).toEqual(job);
  expect((await client.jobs.cancel(job.id)).status).toBe('cancelled');
  const { data } = await client.jobs.list({ status: ['cancelled', 'failed'], limit: 1 });
  expect(data.map(({ id }) => id)).toEqual([job.id]);
});

test('a refusal is thrown with its code and the fields at fault', async () => {
  const failure: unknown = await client.jobs.create({ ...spec, steps: 0 }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ProblemError);
  expect(failure).toMatchObject({ status: 422, code: 'invalid_request', errors: [{ pointer: '/steps' }] });
  await expect(client.jobs.get('job_none')).rejects.toMatchObject({ code: 'job_not_found' });
  await expect(client.downloadModel('model_none')).rejects.toMatchObject({ code: 'model_not_found' });
});

test('an answer that is no problem is thrown as one all the same', async () => {
  const proxy = createHttpServer((_request, response) => response.writeHead(502).end('<html>bad gateway</html>'));
  onTestFinished(() => void proxy.close());
  await once(proxy.listen(0), 'listening');
  const other = createClient({ baseUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
  await expect(other.jobs.get('x')).rejects.toMatchObject({ status: 502, code: 'unreadable_answer' });
});

test('a watch brings every event once, until the job has ended', async () => {
  const { id, fence } = await runningJob();
  const watched = collect(client, id);
  await waitUntil(() => watched.events.length === 2, 'the history');
  await api.storage.jobs.recordProgress(fence, note('on the way'));
  await api.storage.jobs.finish(fence, { status: 'succeeded' });
  await watched.done;
  expect(watched.seqs()).toEqual([1, 2, 3, 4]);
  expect(watched.events.at(-1)).toMatchObject({ type: 'status', data: { status: 'succeeded' } });
  const late = collect(client, id, { lastEventId: 4 });
  await late.done;
  expect(late.events).toEqual([]);
});

test('a watch goes on from the last event that is known', async () => {
  const { id, fence } = await runningJob();
  await api.storage.jobs.finish(fence, { status: 'succeeded' });
  const watched = collect(client, id, { lastEventId: 1 });
  await watched.done;
  expect(watched.seqs()).toEqual([2, 3]);
});

test('a watch whose connection is cut again and again has neither gap nor duplicate', async () => {
  const { id, fence } = await runningJob();
  const proxy = await cuttingProxy(url);
  const watched = collect(createClient({ baseUrl: proxy.url }), id);
  for (let round = 0; round < 5; round++) {
    for (let event = 0; event < 20; event++) await api.storage.jobs.recordProgress(fence, note(`${round} ${event}`));
    proxy.cut();
  }
  await api.storage.jobs.finish(fence, { status: 'succeeded' });
  await watched.done;
  expect(watched.seqs()).toEqual(Array.from({ length: 103 }, (_, index) => index + 1));
});

test('a watch waits for a service that is away', async () => {
  const { id, fence } = await runningJob();
  await api.storage.jobs.finish(fence, { status: 'succeeded' });
  let calls = 0;
  const flaky = createClient({
    baseUrl: url,
    fetch: (input, init) => {
      calls += 1;
      if (calls === 1) return Promise.reject(new TypeError('connection refused'));
      if (calls === 2) return Promise.resolve(new Response('starting', { status: 503 }));
      return fetch(input, init);
    },
  });
  const watched = collect(flaky, id);
  await watched.done;
  expect([watched.seqs(), calls]).toEqual([[1, 2, 3], 3]);
});

test('a stream that repeats or leaves out an event is set right', async () => {
  const { id, fence } = await runningJob();
  await api.storage.jobs.finish(fence, { status: 'succeeded' });
  const { data } = await client.jobs.events(id);
  const [first, , third] = data.map((event) => `data: ${JSON.stringify(event)}\n\n`);
  let calls = 0;
  const faulty = createClient({
    baseUrl: url,
    fetch: (input, init) =>
      calls++ === 0 ? Promise.resolve(new Response(`${first}${first}${third}`)) : fetch(input, init),
  });
  const watched = collect(faulty, id);
  await watched.done;
  expect(watched.seqs()).toEqual([1, 2, 3]);
});

test('a watch of a job that is not there throws, and one that is given up ends', async () => {
  await expect(collect(client, 'job_none').done).rejects.toMatchObject({ code: 'job_not_found' });
  const { id } = await runningJob();
  const leave = new AbortController();
  const watched = collect(client, id, { signal: leave.signal });
  await waitUntil(() => watched.events.length === 2, 'the history');
  leave.abort();
  await watched.done;
});

test('a download is checked against its digest', async () => {
  const { id, fence } = await runningJob();
  const bytes = randomBytes(200_000);
  const mediaType = 'application/octet-stream';
  const stored = await api.artifacts.put(bytes);
  const teacher = await client.teachers.get('breakout');
  await api.storage.jobs.finish(fence, {
    status: 'succeeded',
    made: {
      model: {
        observation: teacher.observation,
        contractHash: teacher.contract_hash,
        actions: teacher.actions,
        layerTable: (await client.jobs.get(id)).student,
        metrics: {},
        files: [{ name: 'student', filename: 'student.safetensors', mediaType, ...stored }],
      },
    },
  });
  const modelId = (await client.jobs.get(id)).model ?? '';
  const download = await client.downloadModel(modelId);
  expect(Buffer.from(download.bytes).equals(bytes)).toBe(true);
  expect(download).toMatchObject({ sha256: stored.sha256, filename: 'student.safetensors' });
  expect(client.models.url(modelId)).toBe(`${url}/v1/models/${modelId}/download?file=student`);

  await expect(tamperingClient().downloadModel(modelId)).rejects.toThrow('damaged');

  const breaking = breakingClient(60_000);
  const pieces: number[] = [];
  const onPiece = (piece: Uint8Array, offset: number) => pieces.push(offset, piece.length);
  const resumed = await breaking.client.downloadModel(modelId, { received: bytes.subarray(0, 1000), onPiece });
  expect(Buffer.from(resumed.bytes).equals(bytes)).toBe(true);
  expect(breaking.ranges.slice(0, 2)).toEqual(['bytes=1000-', expect.stringMatching(/^bytes=[1-9]\d+-$/)]);
  expect([pieces[0], pieces.at(-2)! + pieces.at(-1)!]).toEqual([1000, bytes.length]);

  // What was there before is of another file.
  const anew = await client.downloadModel(modelId, { received: randomBytes(1000) });
  expect(Buffer.from(anew.bytes).equals(bytes)).toBe(true);
});

/** Its answers break off after so many bytes. */
function breakingClient(count: number) {
  const ranges: (string | null)[] = [];
  const client = createClient({
    baseUrl: url,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method === 'HEAD' || !response.body) return response;
      ranges.push(new Headers(init?.headers).get('range'));
      let left = count;
      const breaking = new TransformStream<Uint8Array, Uint8Array>({
        transform(piece, controller) {
          controller.enqueue(piece.subarray(0, left));
          left -= piece.length;
          if (left < 0) controller.error(new Error('broken'));
        },
      });
      const { status, headers } = response;
      return new Response(response.body.pipeThrough(breaking), { status, headers });
    },
  });
  return { client, ranges };
}

/** Its answers have one bit turned. */
function tamperingClient(): Client {
  return createClient({
    baseUrl: url,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const body = new Uint8Array(await response.arrayBuffer());
      body[1000] = (body[1000] ?? 0) ^ 1;
      return new Response(body, { headers: response.headers });
    },
  });
}

test("a job's files are downloaded by name and checked against their digests", async () => {
  const { id, fence } = await runningJob();
  const [bytes, other] = [randomBytes(5_000), randomBytes(5_000)];
  const file = { mediaType: 'video/mp4', ...(await api.artifacts.put(bytes)) };
  const files = [
    { name: 'play', filename: 'play.mp4', ...file },
    { name: 'saliency 1', filename: 'saliency.mp4', ...file, ...(await api.artifacts.put(other)) },
  ];
  await api.storage.jobs.finish(fence, { status: 'succeeded', made: { files } });
  const download = await client.downloadJobFile(id, 'saliency 1');
  expect(Buffer.from(download.bytes).equals(other)).toBe(true);
  expect(download.filename).toBe('saliency.mp4');
  expect(client.jobs.fileUrl(id, 'saliency 1')).toBe(`${url}/v1/jobs/${id}/files/saliency%201`);
  await expect(client.downloadJobFile(id, 'sound')).rejects.toMatchObject({ code: 'file_not_found' });
  await expect(tamperingClient().downloadJobFile(id, 'play')).rejects.toThrow('damaged');
});

test('labels that a job has made are read by name and listed', async () => {
  const [teacher, rollouts] = await Promise.all([client.teachers.get('breakout'), client.rollouts.get('breakout')]);
  const { id } = await client.jobs.create({ kind: 'labelling', teacher: 'breakout', rollouts: 'breakout' });
  await api.storage.jobs.claim(id);
  await api.storage.jobs.finish(
    { jobId: id, attempt: 1 },
    {
      status: 'succeeded',
      made: {
        labels: {
          name: 'told',
          teacherId: teacher.id,
          rolloutsId: rollouts.id,
          projections: { kind: 'none' },
          frames: rollouts.frames,
          file: await api.artifacts.put(randomBytes(10)),
        },
      },
    },
  );
  const labels = await client.labels.get('told');
  expect(labels).toMatchObject({ job: id, frames: rollouts.frames, teacher: { name: 'breakout' } });
  expect((await client.labels.list()).data).toEqual([labels]);
});

test('a file whose digest is known is sent as it is, and refused when it is another', async () => {
  const bytes = randomBytes(300_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(await client.uploadFile(new Blob([bytes]), { sha256 })).toMatchObject({ sha256, bytes: bytes.length });
  const refused = client.uploadFile(new Blob([bytes.subarray(1)]), { sha256 });
  await expect(refused).rejects.toMatchObject({ code: 'digest_mismatch' });
});
