import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../../test/database.ts';
import { IdempotencyLostError, TooManyWebhooksError } from '../errors.ts';
import { JOB_STATUSES } from '../jobs/transitions.ts';
import { type NewModel } from '../models/models.ts';
import { type ProjectStorage } from '../project-storage.ts';
import { createStorage, type Storage } from '../storage.ts';
import { WEBHOOK_EVENTS } from './event-types.ts';
import { type NewWebhook } from './webhooks.ts';

let database: TestDatabase;
let storage: Storage;
let ours: ProjectStorage;
let theirs: ProjectStorage;

beforeAll(async () => {
  database = await freshDatabase();
  storage = createStorage({ databaseUrl: database.url });
  ours = storage.inProject((await storage.projects.create({ name: 'ours' })).id);
  theirs = storage.inProject((await storage.projects.create({ name: 'theirs' })).id);
});

beforeEach(() => database.query('DELETE FROM webhooks'));

afterAll(async () => {
  await storage.close();
  await database.drop();
});

const job = { kind: 'x', spec: {}, totalSteps: 10, metadata: { study: 'é' } };
const model: NewModel = {
  observation: {},
  contractHash: 'h',
  actions: [],
  layerTable: {},
  metrics: { kl: 1 },
  files: [],
};
const { claim, record, prune } = {
  claim: (options: object = {}) =>
    storage.webhookSending.claim({ limit: 100, perWebhook: 100, leaseMs: 60_000, ...options }),
  record: ((...given) => storage.webhookSending.record(...given)) as Storage['webhookSending']['record'],
  prune: (before: Date) => storage.webhookSending.prune(before),
};
const answer = (statusCode: number) => ({ at: new Date(), durationMs: 5, statusCode, error: null, response: '' });

function webhook(of: ProjectStorage, changes: Partial<NewWebhook> = {}) {
  const { events = [...WEBHOOK_EVENTS], ...rest } = changes;
  const made = { url: 'https://example.com/hook', description: '', secret: 'whsec_AAAA', events, ...rest };
  return of.webhooks.create(made);
}

async function told(of: ProjectStorage, id: string) {
  const { rows } = await of.webhooks.deliveries.list(id, { limit: 100 });
  return rows.reverse().map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> });
}

/** A webhook of ours for which so many deliveries are due. */
async function due(count: number, changes: Partial<NewWebhook> = {}) {
  const { id } = await webhook(ours, changes);
  for (let made = 0; made < count; made++) await ours.webhooks.deliveries.ping(id);
  return id;
}

async function running(of = ours) {
  const { id } = await of.jobs.create(job);
  const attempt = (await storage.jobs.claim(id))?.attempt ?? -1;
  return { id, fence: { jobId: id, attempt } };
}

test('a webhook can be told of every status that a job can have', () => {
  expect(WEBHOOK_EVENTS.filter((type) => type.startsWith('job.'))).toEqual(JOB_STATUSES.map((one) => `job.${one}`));
});

test('whatever becomes of a job is told as its history has it', async () => {
  const { id } = await webhook(ours);
  const { id: jobId, fence } = await running();
  await storage.jobs.requestPause(jobId);
  await storage.jobs.settle(fence, 4);
  await storage.jobs.requestResume(jobId);
  const again = { jobId, attempt: (await storage.jobs.claim(jobId))?.attempt ?? -1 };
  await storage.jobs.finish(again, { status: 'failed', error: { code: 'diverged', message: 'NaN' } });
  const events = await storage.events.list(jobId, { afterSeq: 0, limit: 100 });
  const statuses = events.flatMap(({ type, data }) =>
    type === 'status' ? [data as { from: string; to: string }] : [],
  );
  const messages = await told(ours, id);
  expect(messages.map(({ type, data }) => [data['from'], type])).toEqual(
    statuses.map(({ from, to }) => [from, `job.${to}`]),
  );
  expect(messages.at(-1)?.data).toMatchObject({
    ...{ id: jobId, kind: 'x', status: 'failed', reason: 'diverged', attempt: 2, total_steps: 10 },
    error: { code: 'diverged', message: 'NaN' },
    metadata: { study: 'é' },
  });
});

test('a model is told of with its name and version, whether a job ends with it or a checkpoint becomes one', async () => {
  const { id } = await webhook(ours, { events: ['model.created'] });
  const { fence } = await running();
  await storage.jobs.finish(fence, { status: 'succeeded', result: {}, made: { model: { ...model, name: 'small' } } });
  expect(await told(ours, id)).toMatchObject([
    { type: 'model.created', data: { job: fence.jobId, name: 'small', version: 1, metrics: { kl: 1 } } },
  ]);
});

test('who has not asked for an event, is disabled, or is of another project, is not told', async () => {
  const [wanted, other, disabled, foreign] = [
    await webhook(ours, { events: ['job.queued'] }),
    await webhook(ours, { events: ['job.failed'] }),
    await webhook(ours, { isDisabled: true }),
    await webhook(theirs),
  ];
  await ours.jobs.create(job);
  expect((await told(ours, wanted.id)).map(({ type }) => type)).toEqual(['job.queued']);
  expect([await told(ours, other.id), await told(ours, disabled.id), await told(theirs, foreign.id)]).toEqual([
    [],
    [],
    [],
  ]);
});

test('what is not committed is not told', async () => {
  const { id } = await webhook(ours);
  const hold = { projectId: ours.projectId, caller: 'off', key: 'lost to another', holder: 'req_1' };
  const failing = storage.inProject(ours.projectId, { keyId: null, limits: {}, hold });
  await expect(failing.jobs.create(job)).rejects.toThrow(IdempotencyLostError);
  expect(await told(ours, id)).toEqual([]);
});

test('a webhook that is deleted while things happen disturbs none of them', async () => {
  for (let round = 0; round < 10; round++) {
    const { id } = await webhook(ours);
    const jobs = Array.from({ length: 4 }, () => ours.jobs.create(job));
    const [isGone] = await Promise.all([ours.webhooks.delete(id), ...jobs]);
    expect(isGone).toBe(true);
  }
  expect(await database.query('SELECT 1 FROM webhook_deliveries')).toEqual([]);
});

test('of senders that claim at once, each gets others', async () => {
  await due(40);
  const claims = await Promise.all(Array.from({ length: 8 }, () => claim({ limit: 10 })));
  const rest = await claim();
  const ids = [...claims.flat(), ...rest].map(({ id }) => id);
  expect(new Set(ids).size).toBe(40);
  expect(ids).toHaveLength(40);
});

test('no more go to one webhook at once than it may take, and others have their turn', async () => {
  const busy = await due(10);
  const other = await due(1);
  const first = await claim({ perWebhook: 2 });
  expect(first.map(({ webhookId }) => webhookId).sort()).toEqual([busy, busy, other].sort());
  expect(await claim({ perWebhook: 2 })).toEqual([]);
  await record(
    first.find(({ webhookId }) => webhookId === busy)!,
    answer(200),
    { kind: 'delivered' },
  );
  expect(await claim({ perWebhook: 2 })).toHaveLength(1);
});

test('what a sender has claimed and died with is due again, and its word comes too late', async () => {
  await due(1);
  const [dead] = await claim();
  expect(await claim()).toEqual([]);
  await database.query("UPDATE webhook_deliveries SET leased_until = now() - interval '1 second'");
  const [living] = await claim();
  expect(living).toEqual({ ...dead, attempt: 2, tries: 2 });
  expect(await record(dead!, answer(200), { kind: 'delivered' })).toBeNull();
  expect(await record(living!, answer(500), { kind: 'failed' })).toBe('failed');
});

test('after a failure a delivery is due later, and after the last one never', async () => {
  const id = await due(1);
  const [first] = await claim();
  expect(await record(first!, answer(500), { kind: 'failed', retryInMs: 3_600_000 })).toBe('pending');
  expect(await claim()).toEqual([]);
  await database.query('UPDATE webhook_deliveries SET due_at = now()');
  const [second] = await claim();
  expect(await record(second!, answer(503), { kind: 'failed' })).toBe('failed');
  const { rows } = await ours.webhooks.deliveries.list(id, { limit: 1, status: 'failed' });
  expect(rows[0]?.attempts.map(({ number, statusCode }) => [number, statusCode])).toEqual([
    [2, 503],
    [1, 500],
  ]);
  expect((await ours.webhooks.get(id))?.failingSince).not.toBeNull();
});

test('a webhook that is gone is disabled, with all that waits for it', async () => {
  const id = await due(2);
  const [one] = await claim({ limit: 1 });
  expect(await record(one!, answer(410), { kind: 'gone' })).toBe('failed');
  expect(await ours.webhooks.get(id)).toMatchObject({ disabledReason: 'gone' });
  expect((await ours.webhooks.deliveries.list(id, { limit: 9, status: 'failed' })).rows).toHaveLength(2);
  expect(await claim()).toEqual([]);
});

test('a webhook where nothing has succeeded for five days is disabled, and one success begins anew', async () => {
  const id = await due(3);
  const [first, second, third] = await claim();
  const since = (days: number) =>
    database.query('UPDATE webhooks SET failing_since = now() - make_interval(days => $1)', [days]);
  await since(6);
  await record(first!, answer(200), { kind: 'delivered' });
  expect(await ours.webhooks.get(id)).toMatchObject({ failingSince: null, disabledAt: null });
  await since(4);
  expect(await record(second!, answer(500), { kind: 'failed', retryInMs: 1 })).toBe('pending');
  await since(6);
  expect(await record(third!, answer(500), { kind: 'failed', retryInMs: 1 })).toBe('failed');
  expect(await ours.webhooks.get(id)).toMatchObject({ disabledReason: 'failing' });
  expect(await ours.webhooks.update(id, { isDisabled: false })).toMatchObject({
    ...{ disabledAt: null, disabledReason: null, failingSince: null },
  });
});

test('what was delivered or has failed is sent again with all its tries, and what is under way is not doubled', async () => {
  const id = await due(1);
  const [first] = await claim();
  await ours.webhooks.deliveries.redeliver(id, first!.id);
  expect(await claim()).toEqual([]);
  await record(first!, answer(500), { kind: 'failed' });
  expect(await theirs.webhooks.deliveries.redeliver(id, first!.id)).toBeNull();
  expect(await claim()).toEqual([]);
  expect(await ours.webhooks.deliveries.redeliver(id, first!.id)).toMatchObject({
    status: 'pending',
    finishedAt: null,
  });
  expect(await claim()).toMatchObject([{ id: first!.id, attempt: 2, tries: 1 }]);
});

test('after a rotation both secrets sign, until the time of the first is over', async () => {
  const id = await due(2, { secret: 'whsec_AAAA' });
  await ours.webhooks.rotateSecret(id, 'whsec_BBBB', 60_000);
  expect((await claim({ limit: 1 }))[0]?.secrets).toEqual(['whsec_BBBB', 'whsec_AAAA']);
  await database.query("UPDATE webhooks SET previous_valid_until = now() - interval '1 second'");
  expect((await claim({ limit: 1 }))[0]?.secrets).toEqual(['whsec_BBBB']);
  expect(await theirs.webhooks.rotateSecret(id, 'whsec_CCCC', 0)).toBeNull();
  expect(JSON.stringify([await ours.webhooks.get(id), await ours.webhooks.list({ limit: 9 })])).not.toContain('whsec_');
});

test('a webhook and its deliveries do not exist for another project', async () => {
  const id = await due(1);
  const delivery = (await ours.webhooks.deliveries.list(id, { limit: 1 })).rows[0]!;
  expect(await theirs.webhooks.get(id)).toBeNull();
  expect(await theirs.webhooks.update(id, { url: 'https://example.org' })).toBeNull();
  expect(await theirs.webhooks.update(id, { isDisabled: true })).toBeNull();
  expect(await theirs.webhooks.delete(id)).toBe(false);
  expect((await theirs.webhooks.list({ limit: 9 })).rows).toEqual([]);
  expect((await theirs.webhooks.deliveries.list(id, { limit: 9 })).rows).toEqual([]);
  expect(await theirs.webhooks.deliveries.get(id, delivery.id)).toBeNull();
  expect(await theirs.webhooks.deliveries.ping(id)).toBeNull();
  expect(await ours.webhooks.get(id)).toMatchObject({ url: 'https://example.com/hook', disabledAt: null });
});

test('deliveries are forgotten by their age, however they ended', async () => {
  const id = await due(2);
  const [old] = await claim({ limit: 1 });
  await record(old!, answer(200), { kind: 'delivered' });
  await database.query("UPDATE webhook_deliveries SET created_at = now() - interval '31 days' WHERE id = $1", [
    old!.id,
  ]);
  await prune(new Date(Date.now() - 30 * 24 * 3_600_000));
  const { rows } = await ours.webhooks.deliveries.list(id, { limit: 9 });
  expect(rows.map(({ status }) => status)).toEqual(['pending']);
});

test('a project has fifty webhooks at most', async () => {
  for (let made = 0; made < 50; made++) await webhook(ours);
  await expect(webhook(ours)).rejects.toThrow(TooManyWebhooksError);
  await webhook(theirs);
});
