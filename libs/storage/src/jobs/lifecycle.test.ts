import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../../test/database.ts';
import { IllegalRequestError, NoCheckpointError } from '../errors.ts';
import { createStorage, type Storage } from '../storage.ts';
import { type NewJob } from './insert.ts';

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

const NEW: NewJob = { kind: 'distillation', spec: { steps: 10 }, totalSteps: 10, metadata: {} };

async function queued(overrides: Partial<NewJob> = {}): Promise<string> {
  return (await storage.jobs.create({ ...NEW, ...overrides })).id;
}

async function running(overrides: Partial<NewJob> = {}) {
  const id = await queued(overrides);
  const claim = await storage.jobs.claim(id);
  return { id, fence: { jobId: id, attempt: claim?.attempt ?? -1 } };
}

const status = async (id: string) => (await storage.jobs.get(id))?.status;
const file = (letter: string) => ({ name: 'state', sha256: letter.repeat(64), bytes: 1 });

async function moves(id: string): Promise<string[]> {
  const events = await storage.events.list(id, { afterSeq: 0, limit: 100 });
  return events
    .filter(({ type }) => type === 'status')
    .map(({ data }) => {
      const { from, to, reason } = data as { from: string | null; to: string; reason?: string };
      return `${from} ${to}${reason === undefined ? '' : ` (${reason})`}`;
    });
}

test('every transition of a job is an event with where it came from and where it went', async () => {
  const { id, fence } = await running();
  await storage.jobs.recordProgress(fence, { checkpoint: { step: 3, files: [file('a')] } });
  await storage.jobs.requestPause(id);
  await storage.jobs.settle(fence, 4);
  await storage.jobs.requestResume(id);
  const attempt = (await storage.jobs.claim(id))?.attempt ?? -1;
  await storage.jobs.finish({ jobId: id, attempt }, { status: 'failed', error: { code: 'diverged', message: 'NaN' } });
  expect(await moves(id)).toEqual([
    'null queued',
    'queued running',
    'running pausing',
    'pausing paused',
    'paused queued (resumed)',
    'queued running',
    'running failed (diverged)',
  ]);
});

test('a worker is asked to stop for a pause with a new checkpoint, and to end for one at the latest', async () => {
  const [saving, latest] = [await running(), await running()];
  for (const { fence } of [saving, latest]) {
    await storage.jobs.recordProgress(fence, { checkpoint: { step: 3, files: [file('a')] } });
  }
  await storage.jobs.requestPause(saving.id, { checkpoint: 'save' });
  await storage.jobs.requestPause(latest.id, { checkpoint: 'latest' });
  expect(await storage.jobs.recordProgress(saving.fence, {})).toEqual({ asked: 'stop' });
  expect(await storage.jobs.recordProgress(latest.fence, { step: 5 })).toEqual({ asked: 'end' });
});

test('a job whose worker died while it was pausing is paused by the next claim, at its checkpoint', async () => {
  const { id, fence } = await running();
  await storage.jobs.recordProgress(fence, { step: 5, checkpoint: { step: 3, files: [file('a')] } });
  await storage.jobs.requestPause(id);
  expect((await storage.jobs.unfinished(1000)).map((job) => job.id)).toContain(id);
  expect(await storage.jobs.claim(id)).toBeNull();
  expect(await storage.jobs.get(id)).toMatchObject({ status: 'paused', step: 3 });
});

test('a paused job is nothing for the queue nor for a worker, until it is resumed', async () => {
  const id = await queued();
  await storage.jobs.requestPause(id);
  expect(await storage.jobs.claim(id)).toBeNull();
  expect((await storage.jobs.unfinished(1000)).map((job) => job.id)).not.toContain(id);
  expect(await status(id)).toBe('paused');
  await storage.jobs.requestResume(id);
  expect(await storage.jobs.claim(id)).toMatchObject({ attempt: 1 });
});

test('a pause at the latest checkpoint is refused where there is none, and changes nothing', async () => {
  const { id } = await running();
  await expect(storage.jobs.requestPause(id, { checkpoint: 'latest' })).rejects.toThrow(NoCheckpointError);
  expect(await status(id)).toBe('running');
});

test('a job that is pausing can end by itself, be cancelled, and not be resumed', async () => {
  const { id, fence } = await running();
  await storage.jobs.requestPause(id);
  await expect(storage.jobs.requestResume(id)).rejects.toThrow(IllegalRequestError);
  await storage.jobs.finish(fence, { status: 'succeeded' });
  expect(await status(id)).toBe('succeeded');
  const other = await running();
  await storage.jobs.requestPause(other.id);
  await storage.jobs.requestCancel(other.id);
  await storage.jobs.settle(other.fence, 1);
  expect(await moves(other.id)).toEqual([
    'null queued',
    'queued running',
    'running pausing',
    'pausing cancelling',
    'cancelling cancelled',
  ]);
});

test('an illegal request says in which status the job is and what is legal there', async () => {
  const id = await queued();
  await expect(storage.jobs.requestResume(id)).rejects.toMatchObject({ status: 'queued', legal: ['cancel', 'pause'] });
  await expect(storage.jobs.retry(id)).rejects.toMatchObject({ status: 'queued' });
  await storage.jobs.requestCancel(id);
  await expect(storage.jobs.requestPause(id)).rejects.toMatchObject({ legal: ['cancel', 'retry'] });
});

test('cancelling at once overrules cancelling gracefully, and not the other way round', async () => {
  const { id, fence } = await running();
  await storage.jobs.requestCancel(id);
  expect(await storage.jobs.recordProgress(fence, {})).toEqual({ asked: 'stop' });
  await storage.jobs.requestCancel(id, { mode: 'now' });
  await storage.jobs.requestCancel(id, { mode: 'graceful' });
  expect(await storage.jobs.recordProgress(fence, {})).toEqual({ asked: 'end' });
});

test('a retry is a new job with the same spec that names the one it retries', async () => {
  const { id, fence } = await running({ priority: 7, tags: { team: 'rl' }, layerTable: { layers: [] } });
  await storage.jobs.finish(fence, { status: 'failed', error: { code: 'job_error', message: 'no' } });
  const again = await storage.jobs.retry(id);
  expect(again).toMatchObject({
    status: 'queued',
    attempt: 0,
    spec: { steps: 10 },
    priority: 7,
    tags: { team: 'rl' },
    layerTable: { layers: [] },
    retryOfId: id,
  });
  expect(again?.id).not.toBe(id);
});

test('a job whose deadline is over is late, and is cancelled instead of being taken up', async () => {
  const past = new Date(Date.now() - 1000);
  const [waiting, inTime] = [
    await queued({ deadlineAt: past }),
    await queued({ deadlineAt: new Date(Date.now() + 1e6) }),
  ];
  const late = await storage.jobs.late(1000);
  expect([late.includes(waiting), late.includes(inTime)]).toEqual([true, false]);
  expect(await storage.jobs.claim(waiting)).toBeNull();
  expect(await moves(waiting)).toEqual(['null queued', 'queued cancelled (deadline)']);
  expect(await storage.jobs.late(1000)).not.toContain(waiting);
});

test('the reason of a cancellation is told when it is asked for and when it is done', async () => {
  const { id, fence } = await running();
  await storage.jobs.requestCancel(id, { reason: 'deadline' });
  await storage.jobs.settle(fence, 2);
  expect((await moves(id)).slice(-2)).toEqual(['running cancelling (deadline)', 'cancelling cancelled (deadline)']);
});

test('those who wait have places by priority, then by how long they have waited', async () => {
  await database.query("UPDATE jobs SET status = 'cancelled' WHERE status = 'queued'");
  const [first, second] = [await queued(), await queued()];
  const urgent = await queued({ priority: 5 });
  const places = async () =>
    Promise.all([urgent, first, second].map(async (id) => (await storage.jobs.get(id))?.queuePosition));
  expect(await places()).toEqual([1, 2, 3]);
  expect((await storage.jobs.unfinished(1000)).filter(({ id }) => [first, second, urgent].includes(id))).toMatchObject([
    { id: urgent, priority: 5 },
    { id: first },
    { id: second },
  ]);
  await storage.jobs.requestPause(first);
  expect(await places()).toEqual([1, null, 2]);
  await storage.jobs.requestResume(first);
  expect(await places()).toEqual([1, 3, 2]);
});
