import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../../test/api.ts';

let api: Api;
let spec: Awaited<ReturnType<typeof registerBoth>>;

beforeAll(async () => {
  api = await startApi();
  spec = await registerBoth(api, 'breakout');
});

afterAll(() => api.close());

async function evaluated(values: number[]) {
  const { body } = await api.post('/v1/jobs', { ...spec, seed: 7, steps: 50, metadata: { study: 'a' } });
  const id = String(body.id);
  await api.storage.jobs.claim(id);
  const fence = { jobId: id, attempt: 1 };
  const points = values.map((value, index) => ({ name: 'kl', step: 10 * (index + 1), value, at: new Date() }));
  await api.storage.jobs.recordProgress(fence, { points, step: 10 * values.length });
  return { id, fence };
}

const summaryOf = async (id: string) => (await api.get(`/v1/job-summaries?ids=${id}`)).body.data?.[0];

test('a summary has the best and the last of a metric, and no value that is not a number', async () => {
  const { id } = await evaluated([0.5, 0.2, Number.NaN, 0.3]);
  expect(await summaryOf(id)).toMatchObject({
    ...{ id, kind: 'distillation', status: 'running', teacher: 'breakout', game: 'breakout', seed: 7 },
    ...{ step: 40, total_steps: 50, metadata: { study: 'a' }, loss: 'kl + 0.1 (balanced) · vjp from 20 passes on' },
    metrics: { kl: { min: 0.2, max: 0.5, last: 0.3 } },
  });
});

test('a job is told the return ratio that the newest evaluation of its model found', async () => {
  const { id, fence } = await evaluated([0.5]);
  const { observation, contract_hash: contractHash, actions } = (await api.get('/v1/teachers/breakout')).body;
  const model = { observation, contractHash, actions, layerTable: {}, metrics: {}, files: [] } as never;
  await api.storage.jobs.finish(fence, { status: 'succeeded', made: { model } });
  const student = { model: (await api.storage.jobs.get(id))?.modelId };
  for (const ratio of [0.4, 0.9]) {
    const evaluation = await api.post('/v1/jobs', { kind: 'evaluation', teacher: 'breakout', student, episodes: 1 });
    const jobId = String(evaluation.body.id);
    await api.storage.jobs.claim(jobId);
    await api.storage.jobs.finish({ jobId, attempt: 1 }, { status: 'succeeded', result: { return_ratio: ratio } });
    expect(await summaryOf(jobId)).toMatchObject({ metrics: { return_ratio: { last: ratio } }, loss: null });
  }
  expect(await summaryOf(id)).toMatchObject({ metrics: { return_ratio: { last: 0.9 }, kl: { last: 0.5 } } });
});

test('summaries come in pages, newest first, and by status', async () => {
  const { id } = await evaluated([0.5]);
  const first = (await api.get('/v1/job-summaries?limit=1')).body;
  expect(first.data?.map((job) => job['id'])).toEqual([id]);
  const rest = (await api.get(`/v1/job-summaries?cursor=${first.next_cursor}`)).body.data ?? [];
  expect(rest.length).toBeGreaterThan(1);
  expect(rest.map((job) => job['id'])).not.toContain(id);
  const running = (await api.get('/v1/job-summaries?status=running')).body.data ?? [];
  expect(new Set(running.map((job) => job['status']))).toEqual(new Set(['running']));
  expect((await api.get('/v1/job-summaries?ids=')).status).toBe(422);
});
