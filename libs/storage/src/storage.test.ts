import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../test/database.ts';
import { openDatabase } from './database.ts';
import { newId } from './identifiers.ts';
import { createStorage, type Storage } from './storage.ts';

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

test('the migrations make every column that the Prisma schema names', async () => {
  const prisma = openDatabase(database.url);
  const tables = [prisma.artifact, prisma.upload, prisma.teacher, prisma.rollouts, prisma.job, prisma.event];
  const more = [prisma.metric, prisma.checkpoint, prisma.model, prisma.modelFile];
  for (const table of [...tables, ...more] as { findMany: () => Promise<unknown[]> }[]) {
    expect(await table.findMany()).toEqual([]);
  }
  await prisma.close();
});

test('ids of later moments sort after earlier ones', () => {
  const ids = [0, 1, 31, 32, 1_000_000_000_000, 1_764_000_000_000].map((now) => newId('job', now));
  expect([...ids].sort()).toEqual(ids);
});

test('a database without its migrations is not ready', async () => {
  await storage.checkReady();
  await database.query('UPDATE _prisma_migrations SET rolled_back_at = now()');
  await expect(storage.checkReady()).rejects.toThrow('migrations not applied');
  await database.query('UPDATE _prisma_migrations SET rolled_back_at = NULL');
});
