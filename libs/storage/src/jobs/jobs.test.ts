import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../../test/database.ts';
import { FencedError } from '../errors.ts';
import { createStorage, type Storage } from '../storage.ts';

let database: TestDatabase;
let storage: Storage;

beforeAll(async () => {
  database = await freshDatabase();
  storage = createStorage({ databaseUrl: database.url });
});

afterAll(async () => {
  await storage.close();
  await database.drop();
});

const newJob = () =>
  storage.jobs.create({ kind: 'distillation', spec: { steps: 10 }, totalSteps: 10, metadata: { study: 'first' } });

async function running() {
  const { id } = await newJob();
  const claim = await storage.jobs.claim(id, { engine: 'wasm' });
  return { id, fence: { jobId: id, attempt: claim?.attempt ?? -1 } };
}

const point = (name: string, step: number, value = step / 10) => ({ name, step, value, at: new Date(1000 * step) });
const fakeArtifact = (text: string) => ({
  sha256: createHash('sha256').update(text).digest('hex'),
  bytes: text.length,
});
const history = async (id: string) => storage.events.list(id, { afterSeq: 0, limit: 1000 });
const statuses = async (id: string) =>
  (await history(id)).filter(({ type }) => type === 'status').map(({ data }) => (data as { status: string }).status);

test('a new job is queued, with its first event', async () => {
  const job = await newJob();
  expect(job).toMatchObject({ status: 'queued', attempt: 0, step: 0, totalSteps: 10, metadata: { study: 'first' } });
  expect(await statuses(job.id)).toEqual(['queued']);
  expect(await storage.jobs.unfinished(1000)).toContainEqual({
    id: job.id,
    kind: 'distillation',
    priority: 0,
    needsGpu: false,
  });
});

test('a claim makes a job run, names its engine and keeps when it first started', async () => {
  const { id } = await running();
  const first = await storage.jobs.get(id);
  expect(first).toMatchObject({ status: 'running', attempt: 1, engine: 'wasm' });
  const again = await storage.jobs.claim(id);
  expect(again).toMatchObject({ attempt: 2, checkpoint: null, job: { startedAt: first?.startedAt } });
});

test('of twenty that claim one job at once, only the last can write', async () => {
  const { id } = await newJob();
  const claims = await Promise.all(Array.from({ length: 20 }, () => storage.jobs.claim(id)));
  const attempts = claims.map((claim) => claim?.attempt ?? 0);
  expect([...attempts].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  const writes = await Promise.allSettled(
    attempts.map((attempt) => storage.jobs.recordProgress({ jobId: id, attempt }, { points: [point('kl', attempt)] })),
  );
  const wrote = attempts.filter((_, index) => writes[index]?.status === 'fulfilled');
  expect(wrote).toEqual([20]);
  const [series] = await storage.metrics.list(id);
  expect(series?.points.map(({ step }) => step)).toEqual([20]);
});

test('a fenced attempt writes nothing: no points, no events, no checkpoint, no end', async () => {
  const { id, fence } = await running();
  await storage.jobs.claim(id);
  const before = await history(id);
  const progress = {
    points: [point('loss', 1)],
    step: 1,
    events: [{ type: 'message', message: 'late' }],
    checkpoint: { step: 1, files: [{ name: 'state', ...fakeArtifact('late') }] },
  };
  await expect(storage.jobs.recordProgress(fence, progress)).rejects.toThrow(FencedError);
  await expect(storage.jobs.finish(fence, { status: 'succeeded' })).rejects.toThrow(FencedError);
  expect(await history(id)).toEqual(before);
  expect(await storage.metrics.list(id)).toEqual([]);
  expect(await database.query('SELECT * FROM checkpoints WHERE job_id = $1', [id])).toEqual([]);
  expect(await storage.jobs.get(id)).toMatchObject({ status: 'running', step: 0 });
});

test('a job that has ended cannot be claimed, written to or ended again', async () => {
  const { id, fence } = await running();
  await storage.jobs.finish(fence, { status: 'failed', error: { code: 'diverged', message: 'loss is NaN at step 3' } });
  const before = await history(id);
  expect(await storage.jobs.claim(id)).toBeNull();
  await expect(storage.jobs.recordProgress(fence, { step: 4 })).rejects.toThrow(FencedError);
  await expect(storage.jobs.finish(fence, { status: 'succeeded' })).rejects.toThrow(FencedError);
  expect(await storage.jobs.requestCancel(id)).toMatchObject({ status: 'failed' });
  expect(await history(id)).toEqual(before);
  expect((await history(id)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test('the same step of a metric cannot be recorded twice', async () => {
  const { id, fence } = await running();
  await storage.jobs.recordProgress(fence, { points: [point('loss', 1), point('loss', 2)] });
  const twice = { points: [point('loss', 3), point('loss', 2)], step: 3, events: [{ type: 'message', message: 'x' }] };
  await expect(storage.jobs.recordProgress(fence, twice)).rejects.toThrow();
  const [series] = await storage.metrics.list(id);
  expect(series?.points.map(({ step }) => step)).toEqual([1, 2]);
  expect(await storage.jobs.get(id)).toMatchObject({ step: 0 });
  expect(await statuses(id)).toEqual(['queued', 'running']);
});

test('a job claimed again goes on from its checkpoint, without the points after it', async () => {
  const { id, fence } = await running();
  const steps = [1, 2, 3, 4, 5];
  await storage.jobs.recordProgress(fence, { points: steps.map((step) => point('loss', step)), step: 5 });
  const file = { name: 'state', ...fakeArtifact('state at step 3') };
  const checkpoint = { step: 3, files: [file, { name: 'round-1', ...fakeArtifact('frames') }] };
  await storage.jobs.recordProgress(fence, { checkpoint: { ...checkpoint, step: 2 } });
  await storage.jobs.recordProgress(fence, { checkpoint });
  const claim = await storage.jobs.claim(id);
  expect(claim).toMatchObject({
    attempt: 2,
    checkpoint: { step: 3, files: [{ name: 'round-1' }, { name: 'state', sha256: file.sha256 }] },
    job: { step: 3 },
  });
  const [series] = await storage.metrics.list(id);
  expect(series?.points.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect((await history(id)).at(-1)?.data).toMatchObject({ status: 'running', attempt: 2, from_step: 3 });
  await storage.jobs.recordProgress({ jobId: id, attempt: 2 }, { points: [point('loss', 4)] });
});

test('a job claimed again before its first checkpoint starts over', async () => {
  const { id, fence } = await running();
  await storage.jobs.recordProgress(fence, { points: [point('loss', 1)], step: 1 });
  expect(await storage.jobs.claim(id)).toMatchObject({ checkpoint: null, job: { step: 0 } });
  expect(await storage.metrics.list(id)).toEqual([]);
});

test('cancelling a queued job ends it at once', async () => {
  const { id } = await newJob();
  expect(await storage.jobs.requestCancel(id)).toMatchObject({
    status: 'cancelled',
    finishedAt: expect.any(Date) as Date,
  });
  expect(await storage.jobs.claim(id)).toBeNull();
  expect(await statuses(id)).toEqual(['queued', 'cancelled']);
});

test('the worker of a job learns of a cancellation at its next write', async () => {
  const { id, fence } = await running();
  expect(await storage.jobs.recordProgress(fence, { step: 1 })).toEqual({ asked: null });
  expect(await storage.jobs.requestCancel(id)).toMatchObject({ status: 'cancelling' });
  await storage.jobs.requestCancel(id);
  expect(await storage.jobs.recordProgress(fence, { step: 2 })).toEqual({ asked: 'stop' });
  await storage.jobs.finish(fence, { status: 'cancelled' });
  expect(await statuses(id)).toEqual(['queued', 'running', 'cancelling', 'cancelled']);
});

test('a job whose worker died while it was being cancelled is cancelled by the next claim', async () => {
  const { id } = await running();
  await storage.jobs.requestCancel(id);
  expect(await storage.jobs.claim(id)).toBeNull();
  expect(await storage.jobs.get(id)).toMatchObject({ status: 'cancelled', finishedAt: expect.any(Date) as Date });
});

test('a finished job brings its result and its model, and the status is its last event', async () => {
  const { id, fence } = await running();
  const mediaType = 'application/octet-stream';
  const files = [{ name: 'student', filename: 'student.safetensors', mediaType, ...fakeArtifact('weights') }];
  const model = {
    observation: { game: 'pong' },
    contractHash: 'c',
    actions: ['NOOP'],
    layerTable: {},
    metrics: {},
    files,
  };
  const events = [{ type: 'message', message: 'exported' }];
  await storage.jobs.finish(fence, { status: 'succeeded', result: { kl: 0.5 }, made: { model }, events });
  const job = await storage.jobs.get(id);
  expect(job).toMatchObject({
    status: 'succeeded',
    result: { kl: 0.5 },
    modelId: expect.stringMatching(/^model_/) as string,
  });
  expect(await storage.models.get(job?.modelId ?? '')).toMatchObject({ jobId: id, files, actions: ['NOOP'] });
  const last = (await history(id)).slice(-2);
  expect(last.map(({ type }) => type)).toEqual(['message', 'status']);
  const moved = { from: 'running', to: 'succeeded', status: 'succeeded' };
  expect(last[1]?.data).toEqual({ ...moved, result: { kl: 0.5 }, model: job?.modelId });
});

test('events written from many sides are numbered without a gap, and a reader never steps over one', async () => {
  const { id, fence } = await running();
  const seen: number[] = [];
  let writing = true;
  const reader = (async () => {
    while (writing || seen.length < 102) {
      const events = await storage.events.list(id, { afterSeq: seen.at(-1) ?? 0, limit: 7 });
      seen.push(...events.map(({ seq }) => seq));
    }
  })();
  const write = (n: number) =>
    storage.jobs.recordProgress(fence, {
      events: [`${n}a`, `${n}b`].map((message) => ({ type: 'message', message })),
    });
  await Promise.all(Array.from({ length: 50 }, (_, n) => write(n)));
  writing = false;
  await reader;
  expect(seen).toEqual(Array.from({ length: 102 }, (_, index) => index + 1));
});

test('a list goes through every job once, newest first, page by page', async () => {
  const all = new Set((await Promise.all(Array.from({ length: 5 }, newJob))).map(({ id }) => id));
  const listed: string[] = [];
  for (let after: string | undefined, more = true; more; after = listed.at(-1)) {
    const { rows, hasMore } = await storage.jobs.list({ limit: 3, after });
    listed.push(...rows.map(({ id }) => id));
    more = hasMore;
  }
  expect(listed).toEqual([...listed].sort().reverse());
  expect(new Set(listed).size).toBe(listed.length);
  expect([...all].every((id) => listed.includes(id))).toBe(true);
  const { rows } = await storage.jobs.list({ limit: 100, status: ['cancelled'] });
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.every(({ status }) => status === 'cancelled')).toBe(true);
});
