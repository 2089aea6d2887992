import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../../test/api.ts';
import { advanceSweeps, cancelLate, enqueueUnfinished } from '../sweeper.ts';

let api: Api;
let base: Awaited<ReturnType<typeof registerBoth>>;

beforeAll(async () => {
  api = await startApi();
  base = await registerBoth(api, 'breakout');
});

afterAll(() => api.close());

const rates = { 'optimizer.learning_rate': { values: [0.01, 0.001] }, seed: { values: [1, 2] } };
const sweep = (fields: object = {}) => ({ kind: 'sweep', base, parameters: rates, share_labels: false, ...fields });

async function submit(fields: object = {}): Promise<string> {
  const { status, body } = await api.post('/v1/jobs', sweep(fields));
  expect([status, body.code]).toEqual([201, undefined]);
  return String(body.id);
}

const job = async (id: string) => (await api.get(`/v1/jobs/${id}`)).body;
const children = async (id: string) => (await api.get(`/v1/jobs/${id}/children`)).body.data!;
const inQueue = async () =>
  (await api.database.query<{ id: string }>('SELECT id FROM bullmq.job')).map(({ id }) => id).sort();
const ask = (id: string, what: string, body?: object) => api.post(`/v1/jobs/${id}/${what}`, body);

async function succeed(jobId: string, kl: number): Promise<void> {
  const { attempt } = (await api.storage.jobs.claim(jobId))!;
  await api.storage.jobs.finish({ jobId, attempt }, { status: 'succeeded', result: { kl } });
}

test('a sweep is answered as it runs, with its children, which are jobs of their own and in the queue; it is not', async () => {
  const { status, headers, body } = await api.post('/v1/jobs', sweep({ tags: { team: 'rl' }, priority: 3 }));
  expect([status, headers.location]).toEqual([201, `/v1/jobs/${body.id}`]);
  expect(body).toMatchObject({
    ...{ kind: 'sweep', status: 'running', total_steps: 4 * 3000, attempt: 0, parent_id: null, model: null },
    spec: { search: { kind: 'grid' }, base: { batch_size: 200 } },
    sweep: { metric: 'kl', goal: 'minimize', best: null, children: { total: 4, queued: 4, running: 0 } },
    ...{ teacher: { name: 'breakout' }, rollouts: { name: 'breakout' } },
  });
  const listed = (await api.get(`/v1/jobs?parent_id=${body.id}`)).body.data!;
  // Made in the same millisecond, they are in any order there.
  const ids = (await children(String(body.id))).map(({ job_id: id }) => id);
  const all = ids.map((id) => listed.find((one) => one['id'] === id)!);
  expect(listed).toHaveLength(4);
  expect(all.map(({ sweep_point: point }) => point)).toEqual([
    { 'optimizer.learning_rate': 0.01, seed: 1 },
    { 'optimizer.learning_rate': 0.01, seed: 2 },
    { 'optimizer.learning_rate': 0.001, seed: 1 },
    { 'optimizer.learning_rate': 0.001, seed: 2 },
  ]);
  expect(all[3]).toMatchObject({
    ...{ kind: 'distillation', status: 'queued', parent_id: body.id, priority: 3, tags: { team: 'rl' } },
    spec: { seed: 2, optimizer: { learning_rate: 0.001 } },
  });
  const waiting = await inQueue();
  expect(waiting).toEqual(expect.arrayContaining(all.map(({ id }) => id)));
  expect(waiting).not.toContain(body.id);
});

test('the table of children says what varies and how good each is', async () => {
  const id = await submit();
  const [first] = await children(id);
  await succeed(String(first!['job_id']), 0.25);
  await advanceSweeps(api, api.app.log);
  expect(await children(id)).toMatchObject([
    { index: 0, status: 'succeeded', value: 0.25, place: 1, point: { seed: 1 } },
    { index: 1, status: 'queued', value: null, place: null, point: { seed: 2 } },
    { index: 2 },
    { index: 3 },
  ]);
  const { sweep: state } = await job(id);
  expect(state).toMatchObject({
    best: { job_id: first!['job_id'], value: 0.25, index: 0 },
    children: { succeeded: 1 },
  });
  expect(await children(String(first!['job_id']))).toEqual([]);
  expect((await api.get('/v1/jobs/job_none/children')).status).toBe(404);
});

test('a dry run says how many children there would be, and how the first would be; nothing is stored', async () => {
  const before = await api.stored();
  const search = { kind: 'successive_halving', samples: 8, eta: 2, min_steps: 500 };
  const parameters = { 'optimizer.learning_rate': { min: 1e-4, max: 1e-1, scale: 'log' } };
  const { status, body } = await api.post('/v1/jobs?dry_run=true', sweep({ search, parameters }));
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ dry_run: true, kind: 'sweep', total_steps: 8 * 500 + 4 * 500 + 2 * 1000 + 1000 },
    sweep: { children: 8, rungs: [500, 1000, 2000], keeps: [4, 2, 1], labellings: 0 },
  });
  const { first } = body['sweep'] as { first: { point: Record<string, number>; spec: { optimizer: object } }[] };
  expect(first).toHaveLength(3);
  expect(first[0]!.spec.optimizer).toMatchObject({ learning_rate: first[0]!.point['optimizer.learning_rate'] });
  expect(await api.stored()).toEqual(before);
});

test.each([
  [
    'an unknown field',
    { parameters: { 'optimizer.rate': { values: [1] } } },
    '/parameters/optimizer.rate',
    '/optimizer/rate',
  ],
  [
    'a value that no job may have',
    { parameters: { steps: { values: [5, 0] } } },
    '/parameters/steps',
    'with 0, /steps',
  ],
  [
    'an architecture that does not fit the teacher',
    { parameters: { student: { values: [{ layers: [{ kind: 'flatten' }, { kind: 'dense', units: 9 }] }] } } },
    '/parameters/student',
    '/student/layers/1/units',
  ],
  [
    'a teacher that is not there',
    { parameters: { teacher: { values: ['breakout', 'nobody'] } } },
    '/parameters/teacher',
    'nobody',
  ],
  ['a base without its teacher', { base: { rollouts: 'breakout' } }, '/base/teacher', 'expected string'],
  ['a field of the base that is none', { base: { teacher: 'breakout', steps: 0 } }, '/base/steps', '>=1'],
  ['two deadlines', { deadline_seconds: 5, deadline_at: '2099-01-01T00:00:00Z' }, '/deadline_at', 'one of the two'],
])('%s is refused with its pointer, and nothing is stored', async (_what, fields, pointer, detail) => {
  const before = await api.stored();
  const { status, body } = await api.post('/v1/jobs', sweep(fields));
  expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  expect(body.errors?.[0]?.detail).toContain(detail);
  expect(await api.stored()).toEqual(before);
});

test('one child that would be refused by itself keeps the whole sweep from being stored', async () => {
  const before = await api.stored();
  const parameters = { rollouts: { values: ['breakout', 'elsewhere'] }, seed: { values: [1, 2] } };
  const { body } = await api.post('/v1/jobs', sweep({ parameters }));
  expect([body.code, body.errors?.[0]?.pointer]).toEqual(['unknown_reference', '/parameters/rollouts']);
  expect(await api.stored()).toEqual(before);
});

test('children beyond what a key allows are refused, all of them', async () => {
  const guarded = await startApi({ auth: 'keys' });
  const mine = guarded.as((await guarded.newKey({ limits: { queued_jobs: 3 } })).text);
  const own = await registerBoth(mine, 'breakout');
  const before = await guarded.stored();
  const { status, body } = await mine.post('/v1/jobs', { ...sweep(), base: own });
  expect([status, body.code]).toEqual([429, 'quota_exceeded']);
  expect(await guarded.stored()).toEqual(before);
  await guarded.close();
});

test('a request with an Idempotency-Key makes one sweep, however often it is sent', async () => {
  const client = api.withHeaders({ 'idempotency-key': 'sweep-1' });
  const [first, second] = [await client.post('/v1/jobs', sweep()), await client.post('/v1/jobs', sweep())];
  expect(second.body.id).toBe(first.body.id);
  expect(second.headers['idempotency-replayed']).toBe('true');
});

test('what is asked of a sweep is asked of its children', async () => {
  const id = await submit({ max_parallel: 1 });
  expect((await ask(id, 'pause')).body).toMatchObject({ status: 'paused', sweep: { children: { held: 4 } } });
  const resumed = (await ask(id, 'resume')).body;
  expect(resumed).toMatchObject({ status: 'running', sweep: { children: { held: 3, queued: 1 } } });
  const cancelled = (await ask(id, 'cancel')).body;
  expect(cancelled).toMatchObject({ status: 'cancelled', sweep: { children: { cancelled: 4 } } });
  const retried = await ask(id, 'retry');
  expect(retried.status).toBe(201);
  expect(retried.body).toMatchObject({ retry_of: id, status: 'running', sweep: { children: { held: 3, queued: 1 } } });
  const [next] = await children(String(retried.body.id));
  expect(await inQueue()).toContain(next!['job_id']);
});

test('a sweep that the API left half-done is gone on with by the sweep of unfinished work', async () => {
  const id = await submit({ max_parallel: 1 });
  const [first, second] = await children(id);
  await succeed(String(first!['job_id']), 1);
  expect(await inQueue()).not.toContain(second!['job_id']);
  await advanceSweeps(api, api.app.log);
  await enqueueUnfinished(api);
  expect(await inQueue()).toContain(second!['job_id']);
  expect(await inQueue()).not.toContain(id);
});

test('a sweep whose deadline is over is cancelled with its children', async () => {
  const id = await submit({ deadline_seconds: 1000 });
  await api.database.query(
    "UPDATE jobs SET deadline_at = now() - interval '1 second' WHERE id = $1 OR parent_id = $1",
    [id],
  );
  await cancelLate(api);
  await advanceSweeps(api, api.app.log);
  expect(await job(id)).toMatchObject({ status: 'cancelled', sweep: { children: { cancelled: 4 } } });
});

test('labels that children share are made once, by a job of the sweep, where they are worth it', async () => {
  const { body } = await api.post('/v1/jobs', sweep({ share_labels: true }));
  expect(body).toMatchObject({ sweep: { children: { total: 4, held: 4 } } });
  const labelling = (await api.get(`/v1/jobs?parent_id=${body.id}&kind=labelling`)).body.data!;
  expect(labelling).toMatchObject([
    { status: 'queued', spec: { projections: { kind: 'vjp', count: 1 } }, sweep_point: null, parent_id: body.id },
  ]);
  expect((await children(String(body.id))).map(({ held_for: heldFor }) => heldFor)).toEqual(Array(4).fill('labels'));
  const few = { ...sweep({ share_labels: true }), base: { ...base, steps: 1, batch_size: 1 } };
  const dry = (await api.post('/v1/jobs?dry_run=true', few)).body;
  expect(dry['sweep']).toMatchObject({ labellings: 0 });
});

test('every field of a sweep comes back as it was understood, and is taken again', async () => {
  const id = await submit({ search: { kind: 'random', samples: 3, seed: 9 }, name: 'best-of', failures: 1 });
  const { spec } = await job(id);
  const again = await api.post('/v1/jobs?dry_run=true', spec as object);
  expect(again.body['spec']).toEqual(spec);
  expect((await api.get('/v1/jobs?kind=sweep')).body.data!.map((one) => one['id'])).toContain(id);
  const summary = (await api.get(`/v1/job-summaries?ids=${id}`)).body.data![0];
  expect(summary).toMatchObject({ kind: 'sweep', status: 'running', loss: null, seed: null });
});

test('the events of a sweep are those of any job, and end with its end', async () => {
  const id = await submit();
  for (const [at, child] of (await children(id)).entries()) await succeed(String(child['job_id']), at);
  await advanceSweeps(api, api.app.log);
  const { data } = (await api.get(`/v1/jobs/${id}/events?limit=100`)).body;
  const types = data!.map(({ type }) => type);
  expect(types).toEqual([
    'status',
    'status',
    'message',
    'evaluation',
    'message',
    'message',
    'message',
    'progress',
    'status',
  ]);
  expect(data!.at(-1)).toMatchObject({ data: { status: 'succeeded', result: { kl: 0, succeeded: 4 } } });
});
