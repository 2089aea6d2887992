import { createConsumer } from '@distiller/queue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitUntil } from '../../../../test/processes.ts';
import { type Api, registerBoth, startApi, tinyRollouts, tinyTeacher } from '../../../../test/api.ts';
import { enqueueUnfinished } from '../sweeper.ts';

let api: Api;
let job: Awaited<ReturnType<typeof registerBoth>>;

beforeAll(async () => {
  api = await startApi();
  job = await registerBoth(api, 'breakout');
});

afterAll(() => api.close());

async function submit(): Promise<string> {
  const { body } = await api.post('/v1/jobs', job);
  return String(body.id);
}

test('a job is answered with every default, its student and its place', async () => {
  const { status, headers, body } = await api.post('/v1/jobs', { ...job, metadata: { study: 'first' } });
  expect(status).toBe(201);
  expect(headers.location).toBe(`/v1/jobs/${body.id}`);
  expect(body).toMatchObject({
    status: 'queued',
    spec: { batch_size: 200, seed: 1, loss: { derivative: { kind: 'vjp', projections: 1 } } },
    teacher: { name: 'breakout' },
    rollouts: { name: 'breakout' },
    student: { parameter_count: 2 * 32 + 2 + 4 * 18 + 4 },
    attempt: 0,
    total_steps: 3000,
    metadata: { study: 'first' },
    model: null,
  });
  expect((await api.get(`/v1/jobs/${body.id}`)).body).toEqual(body);
});

test('a submitted job is delivered to a worker', async () => {
  const seen: string[] = [];
  const consumer = await createConsumer(api.database.url, ({ jobId, kind }) => {
    seen.push(`${kind} ${jobId}`);
    return Promise.resolve();
  });
  const id = await submit();
  await waitUntil(() => seen.includes(`distillation ${id}`), 'the delivery');
  await consumer.close();
});

test('a job that never reached the queue is enqueued by the sweep, once', async () => {
  const { id } = await api.storage.jobs.create({ kind: 'distillation', spec: job, totalSteps: 1, metadata: {} });
  await Promise.all([enqueueUnfinished(api), enqueueUnfinished(api)]);
  await enqueueUnfinished(api);
  const rows = await api.database.query('SELECT id FROM bullmq.job WHERE id = $1', [id]);
  expect(rows).toHaveLength(1);
  await api.storage.jobs.requestCancel(id);
});

test('where the queue is away a job is stored all the same', async () => {
  const failing = {
    ...api.producer,
    enqueue: () => Promise.reject(new Error('the queue is away')),
  };
  const other = await startApi({ producer: failing });
  const { status, body } = await other.post('/v1/jobs', await registerBoth(other, 'pong'));
  expect([status, body['status']]).toEqual([201, 'queued']);
  await other.close();
});

const badSpecs: [what: string, change: object, pointer: string, code: string][] = [
  ['an unknown field', { stepz: 3 }, '/stepz', 'unknown_field'],
  [
    'an unknown field in depth',
    { loss: { derivative: { kind: 'none', alpha: 1 } } },
    '/loss/derivative/alpha',
    'unknown_field',
  ],
  ['an unknown kind', { kind: 'distilation' }, '/kind', 'unknown_kind'],
  ['an unknown loss', { loss: { value: { kind: 'l7' } } }, '/loss/value/kind', 'unknown_kind'],
  ['a number out of range', { batch_size: 0 }, '/batch_size', 'out_of_range'],
  ['a string for a number', { steps: '3000' }, '/steps', 'wrong_type'],
  ['a missing field', { teacher: undefined }, '/teacher', 'required'],
  ['an unknown teacher', { teacher: 'nobody' }, '/teacher', 'unknown_reference'],
  ['unknown rollouts', { rollouts: 'nothing' }, '/rollouts', 'unknown_reference'],
  ['an unknown preset', { student: { preset: 'huge' } }, '/student/preset', 'unknown_value'],
  [
    'a layer that cannot be differentiated',
    { student: { layers: [{ kind: 'flatten' }, { kind: 'max_pool' }, { kind: 'dense', units: 4 }] } },
    '/student/layers/1/kind',
    'unknown_kind',
  ],
  [
    'a student with a logit too many',
    { student: { layers: [{ kind: 'flatten' }, { kind: 'dense', units: 5 }] } },
    '/student/layers/1/units',
    'architecture_invalid',
  ],
  ['text that Postgres cannot store', { metadata: { note: 'a\0b' } }, '/metadata/note', 'wrong_format'],
  ['half a surrogate pair', { metadata: { note: '\ud800' } }, '/metadata/note', 'wrong_format'],
];

test.each(badSpecs)('%s is refused with its pointer, and nothing is stored', async (_what, change, pointer, code) => {
  const before = await api.stored();
  const { status, type, body } = await api.post('/v1/jobs', { ...job, ...change });
  expect(body.errors?.[0]).toMatchObject({ pointer, code });
  expect(status).toBe(422);
  expect(type).toContain('application/problem+json');
  expect(body).toMatchObject({ status: 422, instance: '/v1/jobs', type: 'about:blank' });
  expect(await api.stored()).toEqual(before);
});

test('a body nested too deep to be walked is refused, and nothing is stored', async () => {
  const before = await api.stored();
  const payload = `{"metadata":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  const headers = { 'content-type': 'application/json' };
  const response = await api.app.inject({ method: 'POST', url: '/v1/jobs', headers, payload });
  expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([422, 'invalid_request']);
  expect(await api.stored()).toEqual(before);
});

test('of ten thousand fields at fault fifty are named', async () => {
  const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 1]));
  const { status, body } = await api.post('/v1/jobs', { ...job, ...fields });
  expect([status, body.errors?.length]).toEqual([422, 50]);
});

test('metadata has 64 entries at most', async () => {
  const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, '']));
  expect((await api.post('/v1/jobs', { ...job, metadata: entries(64) })).status).toBe(201);
  const { status, body } = await api.post('/v1/jobs', { ...job, metadata: entries(65) });
  expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/metadata']);
});

test('rollouts under another contract than the teacher are refused with the fields that differ', async () => {
  const file = { upload: await api.upload(await tinyRollouts({ frame_skip: 3, noop_max: 7 })) };
  await api.post('/v1/rollouts', { name: 'other-contract', file });
  const before = await api.stored();
  const { status, body } = await api.post('/v1/jobs', { ...job, rollouts: 'other-contract' });
  expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'contract_mismatch', '/rollouts']);
  expect(body.errors?.[0]?.detail).toContain('frame_skip: 4 ≠ 3');
  expect(body.errors?.[0]?.detail).toContain('noop_max: 30 ≠ 7');
  expect(await api.stored()).toEqual(before);
});

test('a job named by another action set than its teacher is refused', async () => {
  const { input, weights } = tinyTeacher('other-actions', { actions: ['NOOP', 'UP', 'RIGHT', 'LEFT'] });
  await api.post('/v1/teachers', { ...input, weights: { upload: await api.upload(weights) } });
  const { status, body } = await api.post('/v1/jobs', { ...job, teacher: 'other-actions' });
  expect([status, body.code]).toEqual([422, 'actions_mismatch']);
});

const badBodies: [what: string, body: string | undefined, type: string, answer: [number, string]][] = [
  ['no body', undefined, 'application/json', [400, 'malformed_request']],
  ['half a body', '{"kind": "dist', 'application/json', [400, 'malformed_request']],
  ['a list', '[]', 'application/json', [422, 'invalid_request']],
  ['a null', 'null', 'application/json', [422, 'invalid_request']],
  ['a poisoned prototype', '{"__proto__": {"kind": "distillation"}}', 'application/json', [400, 'malformed_request']],
  ['text', 'kind: distillation', 'text/plain', [415, 'unsupported_media_type']],
  ['a form', 'kind=distillation', 'application/x-www-form-urlencoded', [415, 'unsupported_media_type']],
  ['two megabytes', `{"kind": "${'x'.repeat(2 ** 21)}"}`, 'application/json', [413, 'body_too_large']],
  [
    'a thousand nested lists',
    `{"kind": ${'['.repeat(1000)}${']'.repeat(1000)}}`,
    'application/json',
    [422, 'invalid_request'],
  ],
];

test.each(badBodies)('%s for a body is a problem', async (_what, payload, type, answer) => {
  const [status, code] = answer;
  const before = await api.stored();
  const options = { method: 'POST', url: '/v1/jobs', headers: { 'content-type': type } } as const;
  const response = await api.app.inject({ ...options, ...(payload !== undefined && { payload }) });
  expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([status, code]);
  expect(response.headers['content-type']).toContain('application/problem+json');
  expect(await api.stored()).toEqual(before);
});

test('a page of another site may not submit or cancel', async () => {
  const headers = { 'sec-fetch-site': 'cross-site' };
  const response = await api.app.inject({ method: 'POST', url: `/v1/jobs/${await submit()}/cancel`, headers });
  expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([403, 'cross_site_request']);
});

test('a queued job is cancelled, and cancelling it again changes nothing', async () => {
  const id = await submit();
  expect((await api.post(`/v1/jobs/${id}/cancel`)).body['status']).toBe('cancelled');
  const again = await api.post(`/v1/jobs/${id}/cancel`);
  expect([again.status, again.body['status']]).toEqual([200, 'cancelled']);
});

test('a running job is cancelling until its worker has noticed', async () => {
  const id = await submit();
  await api.storage.jobs.claim(id);
  expect((await api.post(`/v1/jobs/${id}/cancel`)).body['status']).toBe('cancelling');
});

test('a job that has ended cannot be cancelled', async () => {
  const id = await submit();
  await api.storage.jobs.claim(id);
  const error = { code: 'diverged', message: 'derivative_term is NaN at step 7', data: { step: 7 } };
  await api.storage.jobs.finish({ jobId: id, attempt: 1 }, { status: 'failed', error });
  const { status, body } = await api.post(`/v1/jobs/${id}/cancel`);
  expect([status, body.code]).toEqual([409, 'job_ended']);
  expect((await api.get(`/v1/jobs/${id}`)).body['error']).toEqual(error);
});

test('a list is walked by its cursors, and filtered by status', async () => {
  const ids = [await submit(), await submit(), await submit()];
  const first = await api.get('/v1/jobs?limit=2');
  expect(first.body.data?.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  const second = await api.get(`/v1/jobs?limit=2&cursor=${first.body.next_cursor}`);
  expect(second.body.data?.[0]?.['id']).toBe(ids[0]);
  const failed = await api.get('/v1/jobs?status=failed,cancelling');
  const statuses = failed.body.data?.map((one) => one['status']);
  expect([...new Set(statuses)].sort()).toEqual(['cancelling', 'failed']);
  expect(failed.body).toMatchObject({ has_more: false, next_cursor: null });
});

test.each(['limit=0', 'limit=101', 'limit=x', 'cursor=!', 'cursor=AAAA', 'status=done', 'page=2', 'limit=%00'])(
  'a list asked for with %s is refused',
  async (query) => {
    const { status, body } = await api.get(`/v1/jobs?${query}`);
    expect([status, body.code]).toEqual([422, 'invalid_request']);
    expect(body.errors?.[0]?.parameter).toBe(query.split('=')[0]);
  },
);

test.each([
  '/v1/jobs/job_none',
  '/v1/jobs/x/events',
  '/v1/jobs/x/metrics',
  '/v1/models/x',
  '/v1/models/x/download',
  '/v1/teachers/x',
  '/v1/rollouts/x',
  '/v1/uploads/x',
  '/v1/nothing',
  '/v1/jobs/',
])('%s is a 404 problem', async (path) => {
  const { status, type, body } = await api.get(path);
  expect(status).toBe(404);
  expect(type).toContain('application/problem+json');
  expect(body.code).toMatch(/_not_found$/);
});

test('an id with a NUL in it is refused, not asked of the database', async () => {
  expect((await api.get('/v1/teachers/%00')).status).toBe(422);
  expect((await api.get('/v1/teachers/%ff')).status).toBe(400);
});
