import { readFile } from 'node:fs/promises';
import { createHash, randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { emptyDatabase, type TestDatabase } from '../../../test/database.ts';
import { migrate, migrationNames } from './migrate.ts';
import { createStorage } from './storage.ts';

/** The newest migration of the release before this one. */
const PREVIOUS_RELEASE = '20261124210000_job_kinds';
/** Rows of every table, as that release writes them. */
const ROWS = new URL('../../../test/reference/previous-release.sql', import.meta.url);

/** A database as the previous release leaves it: its migrations, noted in the ledger, and its rows. */
async function previousRelease(): Promise<TestDatabase> {
  const database = await emptyDatabase();
  onTestFinished(() => database.drop());
  await database.query(`CREATE TABLE _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
  for (const name of (await migrationNames()).filter((one) => one <= PREVIOUS_RELEASE)) {
    const sql = await readFile(new URL(`../../../prisma/migrations/${name}/migration.sql`, import.meta.url), 'utf8');
    await database.query(sql);
    const checksum = createHash('sha256').update(sql).digest('hex');
    await database.query(
      'INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) VALUES ($1, $2, now(), $3, 1)',
      [randomUUID(), checksum, name],
    );
  }
  await database.query(await readFile(ROWS, 'utf8'));
  return database;
}

type Row = Record<string, unknown>;

/** Every table's rows, as JSON writes them. */
async function dump(database: TestDatabase): Promise<Record<string, Row[]>> {
  const tables = await database.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1",
  );
  const entries = tables.map(async ({ name }) => {
    const rows = await database.query<{ row: Row }>(`SELECT to_jsonb(t) AS row FROM "${name}" t ORDER BY t::text`);
    return [name, rows.map(({ row }) => row)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

test("the previous release's database is brought up to date with every row and value as it was", async () => {
  const database = await previousRelease();
  const before = await dump(database);
  expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);
  const applied = await migrate(database.url);
  expect(applied).toEqual((await migrationNames()).filter((name) => name > PREVIOUS_RELEASE));
  expect(applied.length).toBeGreaterThan(0);
  const after = await dump(database);
  for (const [table, rows] of Object.entries(before)) {
    // Columns may have come; none went, and none changed.
    expect(after[table], table).toHaveLength(rows.length);
    expect(after[table], table).toEqual(expect.arrayContaining(rows.map((row) => expect.objectContaining(row) as Row)));
  }
});

test('the new release reads what the previous one wrote, and its unfinished jobs go on', async () => {
  const database = await previousRelease();
  await migrate(database.url);
  const storage = createStorage({ databaseUrl: database.url });
  onTestFinished(() => storage.close());
  await storage.checkReady();
  const { rows } = await storage.jobs.list({ limit: 100 });
  expect(rows.map(({ id, status }) => [id, status])).toEqual([
    ['job_00000000000000000000000003', 'running'],
    ['job_00000000000000000000000002', 'queued'],
    ['job_00000000000000000000000001', 'succeeded'],
  ]);
  const unfinished = await storage.jobs.unfinished(10);
  expect(unfinished.map(({ id }) => id).sort()).toEqual(
    rows
      .slice(0, 2)
      .map(({ id }) => id)
      .sort(),
  );
  const claim = await storage.jobs.claim('job_00000000000000000000000003', { engine: 'wasm' });
  expect(claim).toMatchObject({ attempt: 2, checkpoint: { step: 20 } });
  expect((await storage.models.get('model_00000000000000000000000001'))?.files).toMatchObject([{ name: 'student' }]);
});
