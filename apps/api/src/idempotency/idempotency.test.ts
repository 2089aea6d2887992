import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../../test/api.ts';
import { removeUnused } from '../sweeper.ts';

let api: Api;
let spec: object;

beforeAll(async () => {
  api = await startApi({ auth: 'keys' });
  spec = await registerBoth(await caller(), 'tiny');
});

afterAll(() => api.close());

async function caller(limits: object = {}, headers: Record<string, string> = {}) {
  const { text } = await api.newKey({ limits });
  return api.withHeaders({ authorization: `Bearer ${text}`, ...headers });
}
const jobs = async () => Number((await api.database.query<{ n: string }>('SELECT count(*) AS n FROM jobs'))[0]?.n);

test('a request that is sent again is answered as it was, and carried out once', async () => {
  const calls = await caller({}, { 'idempotency-key': 'first' });
  const before = await jobs();
  const [once, again] = [await calls.post('/v1/jobs', spec), await calls.post('/v1/jobs', spec)];
  expect([again.status, again.body, again.headers.location]).toEqual([201, once.body, once.headers.location]);
  expect([once.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true']);
  expect(await jobs()).toBe(before + 1);
  expect((await calls.post('/v1/jobs', { ...spec, seed: 7 })).body.code).toBe('idempotency_mismatch');
  const other = await caller({}, { 'idempotency-key': 'first' });
  expect((await other.post('/v1/jobs', spec)).body.id).not.toBe(once.body.id);
});

test('of thirty at once with one key, one job is made, and whoever is answered is told of it', async () => {
  const calls = await caller({}, { 'idempotency-key': 'thirty' });
  const before = await jobs();
  const answers = await Promise.all(Array.from({ length: 30 }, () => calls.post('/v1/jobs', spec)));
  expect(await jobs()).toBe(before + 1);
  expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
  expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id)).size).toBe(1);
});

test('an API that dies between making a job and its answer has made it all the same', async () => {
  const calls = await caller({}, { 'idempotency-key': 'killed' });
  const { body } = await calls.post('/v1/jobs', spec);
  await api.database.query(
    "UPDATE idempotency_keys SET status = NULL, body = NULL, location = NULL WHERE key = 'killed'",
  );
  const again = await calls.post('/v1/jobs', spec);
  expect([again.status, again.body.id, again.headers.location]).toEqual([201, body.id, `/v1/jobs/${body.id}`]);
});

test('a key whose holder was not heard of is taken over, and what the holder still makes is refused', async () => {
  const { id: projectId } = await api.storage.projects.create({ name: 'slow' });
  const place = { projectId, caller: 'off', key: 'slow' };
  const [slow, quick] = [
    { ...place, holder: 'slow' },
    { ...place, holder: 'quick' },
  ];
  const begin = (hold: typeof slow) => api.storage.idempotency.begin(hold, { fingerprint: 'x', holdMs: 60_000 });
  expect((await begin(slow)).kind).toBe('new');
  expect((await begin(quick)).kind).toBe('in_flight');
  await api.database.query("UPDATE idempotency_keys SET held_until = now() - interval '1 second' WHERE key = 'slow'");
  expect((await begin(quick)).kind).toBe('new');
  const job = { kind: 'x', spec: {}, totalSteps: 1, metadata: {} };
  const make = (hold: typeof slow) =>
    api.storage.inProject(projectId, { keyId: null, limits: {}, hold }).jobs.create(job);
  await expect(make(slow)).rejects.toThrow('another request');
  await make(quick);
});

test('what was refused may be sent again with the key', async () => {
  const calls = await caller({}, { 'idempotency-key': 'refused' });
  expect((await calls.post('/v1/jobs', { ...spec, teacher: 'nobody' })).status).toBe(422);
  expect((await calls.post('/v1/jobs', spec)).status).toBe(201);
  const odd = await caller({}, { 'idempotency-key': 'with space' });
  expect((await odd.post('/v1/jobs', spec)).body.errors?.[0]?.parameter).toBe('idempotency-key');
});

test('an API key that is made again is the same one, without its secret', async () => {
  const calls = await caller({}, { 'idempotency-key': 'secret' });
  const wanted = { name: 'once', scopes: ['jobs:read'] };
  const [once, again] = [await calls.post('/v1/keys', wanted), await calls.post('/v1/keys', wanted)];
  expect([again.status, again.body.id, again.body['key']]).toEqual([201, once.body.id, undefined]);
  expect(once.body['key']).toBeDefined();
});

test('answers are forgotten after a day', async () => {
  await removeUnused(api, Date.now() + 23 * 3_600_000);
  expect(await api.database.query("SELECT 1 FROM idempotency_keys WHERE key = 'first'")).not.toEqual([]);
  await removeUnused(api, Date.now() + 25 * 3_600_000);
  expect(await api.database.query('SELECT 1 FROM idempotency_keys')).toEqual([]);
});

test('a key with a limit of requests is told how many are left, and refused after them', async () => {
  const calls = await caller({ requests_per_minute: 2 });
  const answers = [await calls.get('/v1/jobs'), await calls.get('/v1/jobs'), await calls.get('/v1/jobs')];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(answers[0]?.headers['ratelimit-policy']).toBe('"default";q=2;w=60');
  expect(answers[0]?.headers['ratelimit']).toMatch(/^"default";r=1;t=\d+$/);
  expect(answers[2]?.body.code).toBe('rate_limited');
  expect(Number(answers[2]?.headers['retry-after'])).toBeGreaterThan(0);
  const free = (await (await caller()).get('/v1/jobs')).headers;
  expect(free['ratelimit']).toBeUndefined();
});

test('of twenty jobs at once with a quota of five, five are taken', async () => {
  const calls = await caller({ queued_jobs: 5 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => calls.post('/v1/jobs', spec)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body).toMatchObject({ code: 'quota_exceeded', errors: [{ code: 'queued_jobs' }] });
});

test('bytes beyond the quota are refused, announced or not, and leave nothing', async () => {
  const calls = await caller({ stored_bytes: 1 });
  const before = await api.stored();
  const { authorization } = {
    authorization: `Bearer ${(await api.newKey({ limits: { stored_bytes: 1 } })).text}`,
  };
  const headers = { authorization, 'content-type': 'application/octet-stream' };
  const refused = await api.app.inject({ method: 'POST', url: '/v1/uploads', headers, payload: Buffer.alloc(9) });
  expect([refused.statusCode, refused.json<{ errors: object[] }>().errors]).toMatchObject([
    429,
    [{ code: 'stored_bytes' }],
  ]);
  expect(await api.stored()).toEqual(before);
  expect((await calls.get('/v1/jobs')).status).toBe(200);
});
