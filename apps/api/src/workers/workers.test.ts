import { createConsumer } from '@distiller/queue';
import { newId, type NewWorker } from '@distiller/storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../../test/api.ts';
import { waitUntil } from '../../../../test/processes.ts';
import { type KeyInput } from '../keys/schema.ts';

let api: Api;
let job: Awaited<ReturnType<typeof registerBoth>>;

beforeAll(async () => {
  api = await startApi();
  job = await registerBoth(api, 'breakout');
});

afterAll(() => api.close());

const idle = { jobId: null, draining: false };

function worker(changes: Partial<NewWorker> = {}): NewWorker {
  const machine = { host: 'one', pid: 7, version: '0.1.0', memoryBytes: 8 * 1024 ** 3 };
  const engine = { engine: 'wasm', device: 'the CPU', gpu: false, gpuJobsOnly: false };
  return { id: newId('worker'), ...machine, ...engine, kinds: ['distillation'], ...changes };
}

const listed = async () => (await api.get('/v1/workers')).body.data!;

/** As the next request sees it: what is known of workers may be a second old. */
async function waitingFor(id: unknown, what: unknown): Promise<void> {
  const path = `/v1/jobs/${String(id)}`;
  await waitUntil(async () => (await api.get(path)).body['waiting_for'] === what, `waiting for ${String(what)}`);
}

test('a worker is listed with its engine while it lives, is lost when it falls silent, and gone when it ends', async () => {
  const one = worker();
  await api.storage.workers.beat(one, idle);
  const about = { id: one.id, host: 'one', engine: 'wasm', gpu: false, memory_bytes: 8 * 1024 ** 3 };
  expect(await listed()).toEqual([expect.objectContaining({ ...about, status: 'idle', job: null })]);
  await api.database.query("UPDATE workers SET last_seen = now() - interval '1 minute'");
  expect(await listed()).toEqual([expect.objectContaining({ ...about, status: 'lost' })]);
  await api.storage.workers.beat(one, idle);
  expect(await listed()).toEqual([expect.objectContaining({ status: 'idle' })]);
  await api.storage.workers.remove(one.id);
  expect(await listed()).toEqual([]);
});

test('a busy worker says what it works on and where, to whoever may know of every project', async () => {
  const keyed = await startApi({ auth: 'keys' });
  const one = worker();
  await keyed.storage.workers.beat(one, { jobId: 'job_of_another', draining: false });
  const seenWith = async (scopes: KeyInput['scopes']) =>
    (await keyed.as((await keyed.newKey({ name: scopes.join(), scopes })).text).get('/v1/workers')).body.data;
  const about = { id: one.id, status: 'busy', engine: 'wasm' };
  expect(await seenWith(['teachers:read'])).toMatchObject([{ ...about, job: null, host: null, pid: null }]);
  expect(await seenWith(['admin'])).toMatchObject([{ ...about, job: 'job_of_another', host: 'one', pid: 7 }]);
  await keyed.close();
});

test('a job that requires a GPU says that it waits for one, from its submission until a worker with one is there', async () => {
  const plain = worker();
  await api.storage.workers.beat(plain, idle);
  const ordinary = (await api.post('/v1/jobs', job)).body;
  await waitingFor(ordinary.id, null);
  const { status, body } = await api.post('/v1/jobs', { ...job, requires: { gpu: true } });
  expect(status).toBe(201);
  expect(body).toMatchObject({ spec: { requires: { gpu: true } }, waiting_for: 'a worker with a GPU' });
  const gpu = worker({ gpu: true, gpuJobsOnly: true });
  await api.storage.workers.beat(gpu, idle);
  await waitingFor(body.id, null);
  await api.storage.workers.remove(plain.id);
  await waitingFor(ordinary.id, 'a worker that takes jobs without a need for a GPU');
  await api.storage.workers.beat(gpu, { jobId: null, draining: true });
  await waitingFor(body.id, 'a worker with a GPU: there is no worker at all');
  await api.storage.workers.remove(gpu.id);
});

test('workers of an older version that do not know a kind of job are no takers of it', async () => {
  const old = worker({ kinds: ['recording'] });
  await api.storage.workers.beat(old, idle);
  const { body } = await api.post('/v1/jobs', job);
  await waitingFor(body.id, 'a worker that takes jobs of the kind distillation');
  await api.storage.workers.remove(old.id);
});

test('a job that requires a GPU is delivered to who looks for such jobs, and to nobody else', async () => {
  const { body: needing } = await api.post('/v1/jobs', { ...job, requires: { gpu: true } });
  const { body: ordinary } = await api.post('/v1/jobs', job);
  const seen: Record<'any' | 'gpu', string[]> = { any: [], gpu: [] };
  const consume = (lane: 'any' | 'gpu') =>
    createConsumer(api.database.url, ({ jobId }) => Promise.resolve(void seen[lane].push(jobId)), { lanes: [lane] });
  const any = await consume('any');
  await waitUntil(() => seen.any.includes(String(ordinary.id)), 'the ordinary job');
  const gpu = await consume('gpu');
  await waitUntil(() => seen.gpu.includes(String(needing.id)), 'the job that requires a GPU');
  expect(seen.any).not.toContain(needing.id);
  await Promise.all([any.close(), gpu.close()]);
});

test('a requirement that does not exist is refused with its field', async () => {
  const { status, body } = await api.post('/v1/jobs', { ...job, requires: { tpu: true } });
  expect(status).toBe(422);
  expect(body.errors).toMatchObject([{ pointer: '/requires/tpu', code: 'unknown_field' }]);
});
