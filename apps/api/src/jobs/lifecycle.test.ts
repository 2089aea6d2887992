import { JobSpec } from '@distiller/distillation/spec';
import { ArtifactCorruptError, DEFAULT_PROJECT } from '@distiller/storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../../test/api.ts';
import { waitUntil } from '../../../../test/processes.ts';
import { cancelLate, validateLeft } from '../sweeper.ts';
import { submitJob } from './submit.ts';

let api: Api;
let spec: Awaited<ReturnType<typeof registerBoth>>;

beforeAll(async () => {
  api = await startApi();
  spec = await registerBoth(api, 'breakout');
});

afterAll(() => api.close());

async function submit(changes: object = {}): Promise<string> {
  const { status, body } = await api.post('/v1/jobs', { ...spec, ...changes });
  expect(status).toBe(201);
  return String(body.id);
}

async function running(changes: object = {}) {
  const id = await submit(changes);
  const claim = await api.storage.jobs.claim(id);
  return { id, fence: { jobId: id, attempt: claim!.attempt } };
}

const ask = (id: string, what: string, body?: object) => api.post(`/v1/jobs/${id}/${what}`, body);

test('a job is paused, resumed and enqueued again', async () => {
  const { id, fence } = await running();
  expect((await ask(id, 'pause')).body['status']).toBe('pausing');
  await api.storage.jobs.settle(fence, 0);
  expect((await ask(id, 'pause', { checkpoint: 'save' })).body['status']).toBe('paused');
  await api.database.query('DELETE FROM bullmq.job WHERE id = $1', [id]);
  expect((await ask(id, 'resume')).body['status']).toBe('queued');
  expect(await api.database.query('SELECT id FROM bullmq.job WHERE id = $1', [id])).toHaveLength(1);
});

test('an illegal request is a 409 that says what is legal', async () => {
  const { id } = await running();
  const { status, type, body } = await ask(id, 'resume');
  expect([status, body.code, body['legal']]).toEqual([409, 'illegal_transition', ['cancel', 'pause']]);
  expect(type).toContain('application/problem+json');
  expect((await ask(id, 'pause', { checkpoint: 'latest' })).body.code).toBe('no_checkpoint');
  expect((await ask(id, 'retry')).body['legal']).toEqual(['cancel', 'pause']);
  for (const what of ['cancel', 'pause', 'resume', 'retry']) expect((await ask('job_none', what)).status).toBe(404);
});

test('a job is cancelled in the mode that is asked for', async () => {
  const { id, fence } = await running();
  expect((await ask(id, 'cancel', { mode: 'now' })).body['status']).toBe('cancelling');
  expect(await api.storage.jobs.recordProgress(fence, {})).toEqual({ asked: 'end' });
  expect((await ask(id, 'cancel', { mode: 'soon' })).status).toBe(422);
});

test('a job that was cancelled is retried as another job, which is enqueued', async () => {
  const id = await submit({ seed: 5, priority: 3 });
  await ask(id, 'cancel');
  const { status, headers, body } = await ask(id, 'retry');
  expect([status, headers.location]).toEqual([201, `/v1/jobs/${body.id}`]);
  expect(body).toMatchObject({ retry_of: id, seed: 5, priority: 3, status: 'queued' });
  expect(await api.database.query('SELECT id FROM bullmq.job WHERE id = $1', [body.id])).toHaveLength(1);
});

test('a dry run tells every default and what the student is, and stores nothing', async () => {
  const before = await api.stored();
  const { status, body } = await api.post('/v1/jobs?dry_run=true', { ...spec, deadline_seconds: 60 });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    dry_run: true,
    spec: { batch_size: 200, priority: 0 },
    teacher: { name: 'breakout' },
    student: { parameter_count: 2 * 32 + 2 + 4 * 18 + 4 },
    total_steps: 3000,
    seed: 1,
    deadline_at: expect.any(String) as string,
  });
  expect((await api.post('/v1/jobs?dry_run=true', { ...spec, rollouts: 'none' })).status).toBe(422);
  expect(await api.stored()).toEqual(before);
});

test('a dry run uses no upload up, not even when it is refused', async () => {
  const upload = await api.upload(new Uint8Array(100));
  const observation = { game: 'breakout' };
  const body = { kind: 'import', name: 'elsewhere', format: 'npz', file: { upload }, observation };
  expect((await api.post('/v1/jobs?dry_run=true', body)).body.code).toBe('import_invalid');
  expect((await api.get(`/v1/uploads/${upload}`)).status).toBe(200);
});

test('jobs are found by tags, metadata, kind, teacher, rollouts and when they were submitted', async () => {
  const found = async (query: string) => (await api.get(`/v1/jobs?${query}`)).body.data?.map(({ id }) => id);
  const both = await submit({ tags: { team: 'rl', run: '7' }, metadata: { 'a:b': 'no', note: 'x:y' } });
  const one = await submit({ tags: { team: 'rl', run: '8' } });
  expect(await found('tag=team:rl')).toEqual([one, both]);
  expect(await found('tag=team:rl&tag=run:7')).toEqual([both]);
  expect(await found('metadata=note:x:y')).toEqual([both]);
  expect(await found('tag=team:rl&kind=recording,evaluation')).toEqual([]);
  expect(await found('tag=team:rl&kind=distillation&teacher=breakout&rollouts=breakout')).toEqual([one, both]);
  expect(await found('tag=team:rl&teacher=nobody')).toEqual([]);
  const moment = String((await api.get(`/v1/jobs/${one}`)).body['created_at']);
  expect(await found(`tag=run:8&created_after=${moment}`)).toEqual([one]);
  expect(await found(`tag=run:8&created_before=${moment}`)).toEqual([]);
});

test('a list is walked in the order that is asked for', async () => {
  const priorities = [1, 0, 2, 1, 0];
  for (const priority of priorities) await submit({ priority, tags: { walk: '1' } });
  const walk = async (sort: string) => {
    const seen: Record<string, unknown>[] = [];
    for (let cursor = ''; ;) {
      const { body } = await api.get(`/v1/jobs?tag=walk:1&limit=2&sort=${sort}${cursor}`);
      seen.push(...(body.data ?? []));
      if (body.next_cursor === null) return seen;
      cursor = `&cursor=${body.next_cursor}`;
    }
  };
  expect((await walk('-priority')).map(({ priority }) => priority)).toEqual([2, 1, 1, 0, 0]);
  expect((await walk('priority')).map(({ priority }) => priority)).toEqual([0, 0, 1, 1, 2]);
  expect((await walk('created_at')).map(({ priority }) => priority)).toEqual(priorities);
  const since = '&created_after=2000-01-01T00:00:00Z';
  expect((await walk(`created_at${since}`)).map(({ priority }) => priority)).toEqual(priorities);
  expect((await walk(`-created_at${since}`)).map(({ priority }) => priority)).toEqual(priorities.toReversed());
});

test('each waiting job of a page knows its place in the line, and so does one that is asked for alone', async () => {
  for (const priority of [1, 0, 2, 1, 0]) await submit({ priority, tags: { line: '1' } });
  const found = async (query: string) => (await api.get(`/v1/jobs?${query}`)).body.data ?? [];
  const place = (job: Record<string, unknown>) => Number(job['queue_position']);
  const ascending = (places: number[]) => places.toSorted((a, b) => a - b);
  const waiting = await found('status=queued&limit=100');
  expect(ascending(waiting.map(place))).toEqual(waiting.map((_, index) => index + 1));
  const ours = await found('tag=line:1&sort=created_at');
  const line = ours.toSorted((a, b) => Number(b['priority']) - Number(a['priority'])).map(place);
  expect(line).toEqual(ascending(line));
  for (const job of await found('tag=line:1&limit=2')) {
    expect(place(ours.find(({ id }) => id === job['id'])!)).toBe(place(job));
    expect(place((await api.get(`/v1/jobs/${String(job['id'])}`)).body)).toBe(place(job));
  }
});

test.each(['tag=novalue', 'kind=nonsense', 'sort=step', 'created_after=yesterday'])(
  'a list asked for with %s is refused',
  async (query) => {
    const { status, body } = await api.get(`/v1/jobs?${query}`);
    expect([status, body.errors?.[0]?.parameter]).toEqual([422, query.split('=')[0]]);
  },
);

test.each<[string, object, string]>([
  ['a deadline that is over', { deadline_at: '2020-01-01T00:00:00Z' }, '/deadline_at'],
  ['two deadlines', { deadline_at: '2999-01-01T00:00:00Z', deadline_seconds: 9 }, '/deadline_at'],
  ['a priority beyond the scale', { priority: 1001 }, '/priority'],
  ['a tag with a colon in its key', { tags: { 'a:b': 'c' } }, '/tags/a:b'],
])('%s is refused with its pointer', async (_what, change, pointer) => {
  const { status, body } = await api.post('/v1/jobs', { ...spec, ...change });
  expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
});

test('a job is cancelled when its deadline is over, waiting or running', async () => {
  const [waiting, busy] = [await submit({ deadline_seconds: 1000 }), await running({ deadline_seconds: 1000 })];
  await api.database.query('UPDATE jobs SET deadline_at = now() WHERE id = ANY ($1)', [[waiting, busy.id]]);
  await cancelLate(api);
  expect((await api.get(`/v1/jobs/${waiting}`)).body['status']).toBe('cancelled');
  expect((await api.get(`/v1/jobs/${busy.id}`)).body['status']).toBe('cancelling');
  const { body } = await api.get(`/v1/jobs/${waiting}/events`);
  expect(body.data?.at(-1)?.['data']).toMatchObject({ from: 'queued', to: 'cancelled', reason: 'deadline' });
});

test('who prefers to wait is answered when the job has ended', async () => {
  const { id, fence } = await running();
  const waiting = api.app.inject({ url: `/v1/jobs/${id}`, headers: { prefer: 'respond-async, wait=60' } });
  await api.storage.jobs.recordProgress(fence, { events: [{ type: 'message', message: 'at work' }] });
  await api.storage.jobs.finish(fence, { status: 'succeeded' });
  const response = await waiting;
  expect(response.json<{ status: string }>().status).toBe('succeeded');
  expect(response.headers['preference-applied']).toBe('wait=60');
});

test('who prefers to wait is answered when that time is over, with the job as it is', async () => {
  const headers = { prefer: 'wait=0' };
  const created = await api.app.inject({ method: 'POST', url: '/v1/jobs', headers, payload: spec });
  expect([created.statusCode, created.json<{ status: string }>().status]).toEqual([201, 'queued']);
  expect(created.headers['preference-applied']).toBe('wait=0');
});

test('a job whose inputs are damaged fails while it is validated, and says which file it is', async () => {
  const { weights } = (await api.storage.teachers.get('breakout'))!;
  const path = (sha256: string) =>
    sha256 === weights.sha256 ? Promise.reject(new ArtifactCorruptError(sha256)) : api.artifacts.path(sha256);
  const storage = api.storage.inProject(DEFAULT_PROJECT);
  const scope = { ...api, storage, artifacts: { ...api.artifacts, path } };
  const job = await submitJob(scope, JobSpec.parse(spec), api.app.log);
  expect(job.status).toBe('validating');
  await waitUntil(async () => (await api.storage.jobs.status(job.id)) === 'failed', 'the end of its validation');
  const { body } = await api.get(`/v1/jobs/${job.id}`);
  expect(body['error']).toMatchObject({
    code: 'inputs_lost',
    message: expect.stringContaining(weights.sha256) as string,
  });
  const events = await api.get(`/v1/jobs/${job.id}/events`);
  expect(events.body.data?.map(({ data }) => (data as { to: string }).to)).toEqual(['validating', 'failed']);
});

test('a job that its API left validating is queued by the sweep', async () => {
  const { id: teacherId } = (await api.storage.teachers.get('breakout'))!;
  const row = { kind: 'distillation', spec: JobSpec.parse(spec), teacherId, totalSteps: 1, metadata: {} };
  const { id } = await api.storage.jobs.create({ ...row, isValidating: true });
  expect(await api.storage.jobs.claim(id)).toBeNull();
  await api.database.query("UPDATE jobs SET created_at = now() - interval '1 hour' WHERE id = $1", [id]);
  await validateLeft(api, api.app.log);
  expect(await api.storage.jobs.status(id)).toBe('queued');
  expect(await api.database.query('SELECT id FROM bullmq.job WHERE id = $1', [id])).toHaveLength(1);
});

test('checkpoints are listed, downloaded, and turned into models, each once', async () => {
  const { id, fence } = await running();
  const bytes = Buffer.from('a student');
  const policy = { name: 'policy', ...(await api.artifacts.put(bytes)) };
  const at = new Date();
  const points = [{ name: 'kl', step: 20, value: 0.5, at }];
  const checkpoint = { step: 20, files: [policy, { ...policy, name: 'state' }], isBest: true };
  await api.storage.jobs.recordProgress(fence, { points, checkpoint });
  const { body } = await api.get(`/v1/jobs/${id}/checkpoints`);
  expect(body.data).toMatchObject([{ step: 20, is_newest: true, is_best: true, is_periodic: false }]);
  expect((await api.get(`/v1/jobs/${id}`)).body['best_checkpoint']).toBe(20);
  const download = await api.app.inject(`/v1/jobs/${id}/checkpoints/20/download?file=state`);
  expect([download.statusCode, download.body]).toEqual([200, 'a student']);
  const model = await api.post(`/v1/jobs/${id}/checkpoints/20/model`);
  expect(model.status).toBe(201);
  expect(model.body).toMatchObject({ job: id, checkpoint_step: 20, metrics: { kl: 0.5 } });
  const again = await api.post(`/v1/jobs/${id}/checkpoints/20/model`);
  expect([again.status, again.body.id]).toEqual([200, model.body.id]);
  expect((await api.app.inject(`/v1/models/${model.body.id}/download`)).body).toBe('a student');
  expect((await api.get(`/v1/jobs/${id}`)).body['model']).toBeNull();
  expect((await api.get(`/v1/jobs/${id}/checkpoints/19/download`)).body.code).toBe('checkpoint_not_found');
  expect((await api.get(`/v1/jobs/${id}/checkpoints/20/download?file=x`)).body.code).toBe('file_not_found');
});
