import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../../test/api.ts';

let api: Api;
let job: Awaited<ReturnType<typeof registerBoth>>;

beforeAll(async () => {
  api = await startApi();
  job = await registerBoth(api, 'breakout');
});

afterAll(() => api.close());

/** A finished job's model. */
async function makeModel({ name, kl = 0.5 }: { name?: string; kl?: number } = {}) {
  const id = String((await api.post('/v1/jobs', job)).body.id);
  await api.storage.jobs.claim(id);
  const file = { name: 'student', filename: 'student.safetensors', mediaType: 'application/octet-stream' };
  const teacher = await api.storage.teachers.get('breakout');
  const model = {
    observation: teacher?.observation as object,
    contractHash: teacher?.contractHash ?? '',
    actions: teacher?.actions ?? [],
    layerTable: null,
    metrics: { kl },
    files: [{ ...file, ...(await api.artifacts.put(randomBytes(100))) }],
    name,
  };
  await api.storage.jobs.finish({ jobId: id, attempt: 1 }, { status: 'succeeded', made: { model } });
  return String((await api.get(`/v1/jobs/${id}`)).body['model']);
}

const send = async (method: 'PUT' | 'DELETE', url: string) => {
  const response = await api.app.inject({ method, url });
  return { status: response.statusCode, code: response.body && response.json<{ code?: string }>().code };
};
const idOf = async (reference: string) => (await api.get(`/v1/models/${reference}`)).body.id;

test('students of one name are its versions; latest and best follow from them', async () => {
  const [first, second, third] = [
    await makeModel({ name: 'small', kl: 0.5 }),
    await makeModel({ name: 'small', kl: 0.25 }),
    await makeModel({ name: 'small', kl: 0.75 }),
  ];
  expect((await api.get('/v1/models/small@2')).body).toMatchObject({ id: second, name: 'small', version: 2 });
  expect(await Promise.all(['small', 'small@latest', 'small@best', 'small@1', second].map(idOf))).toEqual([
    third,
    third,
    second,
    first,
    second,
  ]);
  for (const none of ['small@4', 'small@nobody', 'other', 'small@']) {
    expect((await api.get(`/v1/models/${none}`)).body.code).toBe('model_not_found');
  }
  const listed = (await api.get('/v1/models?name=small&teacher=breakout')).body.data;
  expect(listed?.map(({ version }) => version)).toEqual([3, 2, 1]);
  expect((await api.get('/v1/models?name=other')).body.data).toEqual([]);
  expect((await api.get('/v1/models?teacher=other')).body.data).toEqual([]);
});

test('models that are named at the same moment get numbers of their own, without gaps', async () => {
  const ids = [await makeModel(), await makeModel(), await makeModel(), await makeModel()];
  const named = await Promise.all(ids.map((id) => api.post(`/v1/models/${id}/name`, { name: 'crowd' })));
  expect(named.map(({ body }) => body['version']).sort()).toEqual([1, 2, 3, 4]);
  const again = await api.post(`/v1/models/${ids[0]}/name`, { name: 'crowd' });
  expect(again.body['version']).toBe(named[0]?.body['version']);
  expect((await api.post(`/v1/models/${ids[0]}/name`, { name: 'other' })).body.code).toBe('model_named');
});

test('an alias means one version at a time, and is moved and taken away', async () => {
  const [one, two] = [await makeModel({ name: 'aliased' }), await makeModel({ name: 'aliased' })];
  expect((await send('PUT', `/v1/models/${one}/aliases/champion`)).status).toBe(200);
  expect(await idOf('aliased@champion')).toBe(one);
  expect((await send('PUT', '/v1/models/aliased@2/aliases/champion')).status).toBe(200);
  expect(await idOf('aliased@champion')).toBe(two);
  expect((await api.get(`/v1/models/${one}`)).body['aliases']).toEqual([]);
  expect((await send('DELETE', `/v1/models/${one}/aliases/champion`)).code).toBe('alias_not_found');
  expect((await send('DELETE', '/v1/models/aliased@champion/aliases/champion')).status).toBe(204);
  expect((await api.get('/v1/models/aliased@champion')).status).toBe(404);
});

test('aliases that follow from the versions, that look like versions, or lack a name are refused', async () => {
  const id = await makeModel({ name: 'strict' });
  for (const alias of ['best', 'latest', '7', 'Upper']) {
    expect((await send('PUT', `/v1/models/${id}/aliases/${alias}`)).status).toBe(422);
  }
  expect((await send('PUT', `/v1/models/${await makeModel()}/aliases/mine`)).code).toBe('invalid_request');
});

test('a job may name a model by its alias, and keeps the version that it meant then', async () => {
  const [one] = [await makeModel({ name: 'judged' }), await makeModel({ name: 'judged' })];
  await send('PUT', '/v1/models/judged@1/aliases/mine');
  const evaluation = { kind: 'evaluation', teacher: 'breakout', student: { model: 'judged@mine' } };
  const { body } = await api.post('/v1/jobs', evaluation);
  await send('PUT', '/v1/models/judged@2/aliases/mine');
  expect((await api.get(`/v1/jobs/${body.id}`)).body['student_model']).toBe(one);
});

test('a model is deleted when no alias and no unfinished job needs it; its number is not given again', async () => {
  const [one, two] = [await makeModel({ name: 'gone' }), await makeModel({ name: 'gone', kl: 0.1 })];
  await send('PUT', `/v1/models/${two}/aliases/mine`);
  expect(await send('DELETE', `/v1/models/${two}`)).toEqual({ status: 409, code: 'model_in_use' });
  await send('DELETE', `/v1/models/${two}/aliases/mine`);
  const evaluation = { kind: 'evaluation', teacher: 'breakout', student: { model: two } };
  const waiting = (await api.post('/v1/jobs', evaluation)).body.id;
  expect((await send('DELETE', `/v1/models/${two}`)).code).toBe('model_in_use');
  await api.post(`/v1/jobs/${waiting}/cancel`);
  expect((await send('DELETE', `/v1/models/${two}`)).status).toBe(204);
  expect((await api.get(`/v1/models/${two}`)).status).toBe(404);
  expect(await Promise.all(['gone', 'gone@best'].map(idOf))).toEqual([one, one]);
  expect((await api.get('/v1/models?name=gone')).body.data).toHaveLength(1);
  expect((await api.get(`/v1/models/${await makeModel({ name: 'gone' })}`)).body['version']).toBe(3);
});

test('lineage leads from a model by its job to the teacher and the rollouts, with their hashes', async () => {
  const id = await makeModel({ name: 'traced' });
  const model = (await api.get(`/v1/models/${id}`)).body;
  const [teacher, rollouts] = [await api.storage.teachers.get('breakout'), await api.storage.rollouts.get('breakout')];
  const { status, body } = await api.get('/v1/models/traced@1/lineage');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    is_whole: true,
    nodes: [
      { id, kind: 'model', name: 'traced', data: { version: 1, deleted: false } },
      { id: model['job'], kind: 'job', data: { kind: 'distillation', seed: 1, spec: { steps: 3000 } } },
      { id: teacher?.id, kind: 'teacher', name: 'breakout', sha256: teacher?.weights.sha256 },
      { id: rollouts?.id, kind: 'rollouts', sha256: rollouts?.file.sha256 },
    ],
    edges: [
      { from: model['job'], to: id, role: 'made' },
      { from: teacher?.id, to: model['job'], role: 'teacher' },
      { from: rollouts?.id, to: model['job'], role: 'rollouts' },
    ],
  });
});
