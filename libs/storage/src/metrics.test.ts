import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../test/database.ts';
import { createStorage, type Storage } from './storage.ts';

let database: TestDatabase;
let storage: Storage;
let jobId: string;

beforeAll(async () => {
  database = await freshDatabase();
  storage = createStorage({ databaseUrl: database.url });
  const job = await storage.jobs.create({ kind: 'distillation', spec: {}, totalSteps: 10_000, metadata: {} });
  jobId = job.id;
  await storage.jobs.claim(jobId);
  const at = new Date('2026-01-02T03:04:05.678Z');
  const points = Array.from({ length: 10_000 }, (_, index) => ({
    name: 'loss',
    step: index + 1,
    // One spike up and one down, each a single step wide.
    value: index === 4321 ? 100 : index === 7654 ? -100 : Math.sin(index),
    at,
  }));
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-300];
  const kl = odd.map((value, index) => ({ name: 'kl', step: index + 1, value, at }));
  await storage.jobs.recordProgress({ jobId, attempt: 1 }, { points: [...points, ...kl] });
});

afterAll(async () => {
  await storage.close();
  await database.drop();
});

test('all points of a metric come back as they were recorded', async () => {
  const [series] = await storage.metrics.list(jobId, { names: ['loss'] });
  expect(series?.points).toHaveLength(10_000);
  expect(series?.points[1]).toEqual({ step: 2, value: Math.sin(1), at: new Date('2026-01-02T03:04:05.678Z') });
});

test('numbers that JSON cannot write survive', async () => {
  const [series] = await storage.metrics.list(jobId, { names: ['kl'] });
  expect(series?.points.map(({ value }) => value)).toEqual([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e-300,
  ]);
});

test('a sample keeps both ends and every extreme, and no more points than asked', async () => {
  for (const maxPoints of [4, 5, 50, 1000]) {
    const [series] = await storage.metrics.list(jobId, { names: ['loss'], maxPoints });
    const points = series?.points ?? [];
    expect(points.length).toBeLessThanOrEqual(maxPoints);
    expect(points.length).toBeGreaterThan(maxPoints / 2);
    expect(series?.total).toBe(10_000);
    expect(points[0]?.step).toBe(1);
    expect(points.at(-1)?.step).toBe(10_000);
    expect(points.map(({ step }) => step)).toContain(4322);
    expect(points.map(({ step }) => step)).toContain(7655);
    expect(points.map(({ step }) => step)).toEqual([...points.map(({ step }) => step)].sort((a, b) => a - b));
  }
});

test('a metric that is asked for by name comes alone', async () => {
  expect((await storage.metrics.list(jobId)).map(({ name }) => name)).toEqual(['kl', 'loss']);
  expect((await storage.metrics.list(jobId, { names: ['kl', 'nothing'] })).map(({ name }) => name)).toEqual(['kl']);
});

test('points that are taken back are in no sample', async () => {
  const { id } = await storage.jobs.create({ kind: 'distillation', spec: {}, totalSteps: 1000, metadata: {} });
  await storage.jobs.claim(id);
  const at = new Date('2026-01-02T03:04:05.678Z');
  const points = Array.from({ length: 1000 }, (_, index) => ({ name: 'loss', step: index + 1, value: index, at }));
  const checkpoint = { step: 500, files: [{ name: 'state', sha256: 'a'.repeat(64), bytes: 1 }] };
  const fence = { jobId: id, attempt: 1 };
  await storage.jobs.recordProgress(fence, { points: points.slice(0, 700), step: 700, checkpoint });
  await storage.jobs.recordProgress(fence, { points: points.slice(700), step: 1000 });
  await storage.jobs.claim(id);
  const [series] = await storage.metrics.list(id, { maxPoints: 10 });
  expect(series?.total).toBe(500);
  expect(series?.points.at(-1)).toEqual({ step: 500, value: 499, at });
  // What triggers have kept up is what one would count.
  const counted = `SELECT name, step / 32 AS span, count(*)::int AS points, min(ARRAY[value, step]) AS lowest,
                          max(ARRAY[value, step]) AS highest FROM metrics WHERE job_id = $1 GROUP BY 1, 2`;
  const kept = 'SELECT name, span, points, lowest[1:2], highest[1:2] FROM metric_spans WHERE job_id = $1';
  expect(await database.query(`(${counted}) EXCEPT (${kept})`, [id])).toEqual([]);
  expect(await database.query(`(${kept}) EXCEPT (${counted})`, [id])).toEqual([]);
});
