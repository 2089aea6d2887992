import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../../test/database.ts';
import { createStorage, type Storage } from '../storage.ts';
import { type NewCheckpoint } from './checkpoints.ts';

let database: TestDatabase;
let storage: Storage;

beforeAll(async () => {
  database = await freshDatabase();
  storage = createStorage({ databaseUrl: database.url });
});

afterAll(async () => {
  await storage.close();
  await database.drop();
});

/** What is left after checkpoints at these steps, as `step`, with a b for the best and a p for a periodic one. */
async function kept(checkpoints: [step: number, marks?: Partial<NewCheckpoint>][]): Promise<string> {
  const { id } = await storage.jobs.create({ kind: 'distillation', spec: {}, totalSteps: 99, metadata: {} });
  const fence = { jobId: id, attempt: (await storage.jobs.claim(id))!.attempt };
  for (const [step, marks] of checkpoints) {
    const sha256 = step.toString(16).padStart(64, '0');
    const files = [
      { name: 'state', sha256, bytes: step },
      { name: 'policy', sha256, bytes: step },
    ];
    await storage.jobs.recordProgress(fence, { checkpoint: { step, files, ...marks } });
  }
  const rows = await storage.jobs.checkpoints(id);
  for (const { files } of rows) expect(files.map(({ name }) => name)).toEqual(['policy', 'state']);
  expect(rows.map(({ isNewest }) => isNewest)).toEqual(rows.map((_, index) => index === 0));
  expect((await storage.jobs.get(id))?.bestCheckpoint).toBe(rows.find(({ isBest }) => isBest)?.step ?? null);
  return rows.map(({ step, isBest, isPeriodic }) => `${step}${isBest ? 'b' : ''}${isPeriodic ? 'p' : ''}`).join(' ');
}

const best = { isBest: true };
const periodic = { keepPeriodic: 2 };

test('the newest takes the place of the one before', async () => {
  expect(await kept([[1], [2], [3]])).toBe('3');
});

test('the best stays until a better one comes', async () => {
  expect(await kept([[1, best], [2], [3]])).toBe('3 1b');
  expect(await kept([[1, best], [2], [3, best], [4]])).toBe('4 3b');
});

test('of the periodic ones the last so many stay, and the newest and the best besides', async () => {
  expect(await kept([[10, periodic], [15], [20, periodic], [30, periodic], [35]])).toBe('35 30p 20p');
  expect(
    await kept([
      [10, { ...best, ...periodic }],
      [20, periodic],
      [30, periodic],
      [40, periodic],
    ]),
  ).toBe('40p 30p 10b');
});

test('a best one that is periodic as well stays as such when a better one comes', async () => {
  expect(await kept([[10, { ...best, ...periodic }], [12, best], [14]])).toBe('14 12b 10p');
});

test('the same step again takes the place of itself', async () => {
  expect(await kept([[10, periodic], [10, periodic], [12], [12]])).toBe('12 10p');
});
