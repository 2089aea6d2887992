import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../../test/api.ts';

let api: Api;
let id: string;

beforeAll(async () => {
  api = await startApi();
  id = String((await api.post('/v1/jobs', await registerBoth(api, 'breakout'))).body.id);
  await api.storage.jobs.claim(id);
  const at = new Date('2026-02-03T04:05:06.007Z');
  const points = Array.from({ length: 2000 }, (_, index) => [
    { name: 'loss', step: index + 1, value: index === 1234 ? 1e6 : index, at },
    { name: 'kl', step: index + 1, value: index === 0 ? Number.NaN : 0.5, at },
  ]).flat();
  await api.storage.jobs.recordProgress({ jobId: id, attempt: 1 }, { points, step: 2000 });
});

afterAll(() => api.close());

interface Series {
  name: string;
  total: number;
  steps: number[];
  values: (number | null)[];
  times: string[];
}

async function metrics(query: string): Promise<Series[]> {
  return (await api.get(`/v1/jobs/${id}/metrics${query}`)).body.data as unknown as Series[];
}

test('metrics come in columns, and a sample keeps what stands out', async () => {
  const [kl, loss] = await metrics('?max_points=100');
  expect([kl?.name, loss?.name, loss?.total]).toEqual(['kl', 'loss', 2000]);
  expect(loss?.steps.length).toBeLessThanOrEqual(100);
  expect(loss?.values).toContain(1e6);
  expect([loss?.steps[0], loss?.steps.at(-1)]).toEqual([1, 2000]);
  expect(loss?.times[0]).toBe('2026-02-03T04:05:06.007Z');
  expect([loss?.values.length, loss?.times.length]).toEqual([loss?.steps.length, loss?.steps.length]);
});

test('a value that is not a number is null', async () => {
  const [kl] = await metrics('?names=kl&max_points=100000');
  expect(kl?.values.slice(0, 2)).toEqual([null, 0.5]);
  expect(kl?.steps).toHaveLength(2000);
});

test('metrics are asked for by name', async () => {
  expect((await metrics('?names=loss,none')).map(({ name }) => name)).toEqual(['loss']);
});

test.each(['max_points=3', 'max_points=x', 'name=loss'])('%s is refused', async (query) => {
  expect((await api.get(`/v1/jobs/${id}/metrics?${query}`)).status).toBe(422);
});
