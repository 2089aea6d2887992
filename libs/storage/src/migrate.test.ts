import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { emptyDatabase } from '../../../test/database.ts';
import { migrate, migrationNames } from './migrate.ts';

interface LedgerRow {
  migration_name: string;
  checksum: string;
  applied_steps_count: number;
  finished_at: Date | null;
  rolled_back_at: Date | null;
  logs: string | null;
}

async function ownDatabase() {
  const database = await emptyDatabase();
  onTestFinished(() => database.drop());
  return database;
}

test('eight processes that migrate at once apply each migration once', async () => {
  const database = await ownDatabase();
  const names = await migrationNames();
  const applied = await Promise.all(Array.from({ length: 8 }, () => migrate(database.url)));
  expect(applied.flat().sort()).toEqual(names);
  const rows = await database.query<LedgerRow>('SELECT * FROM _prisma_migrations');
  expect(rows.map((row) => row.migration_name).sort()).toEqual(names);
});

test('the ledger is what `prisma migrate deploy` would have written', async () => {
  const database = await ownDatabase();
  await migrate(database.url);
  const rows = await database.query<LedgerRow>('SELECT * FROM _prisma_migrations ORDER BY started_at');
  for (const row of rows) {
    const file = new URL(`../../../prisma/migrations/${row.migration_name}/migration.sql`, import.meta.url);
    const checksum = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    expect(row).toMatchObject({ checksum, applied_steps_count: 1, rolled_back_at: null, logs: null });
    expect(row.finished_at).toBeInstanceOf(Date);
  }
  expect(rows.length).toBeGreaterThan(0);
});

test('a second run applies nothing', async () => {
  const database = await ownDatabase();
  await migrate(database.url);
  expect(await migrate(database.url)).toEqual([]);
});

test('a database from a newer version is refused', async () => {
  const database = await ownDatabase();
  await migrate(database.url);
  await database.query("UPDATE _prisma_migrations SET migration_name = '99990101000000_future'");
  await expect(migrate(database.url)).rejects.toThrow('99990101000000_future');
});

test('a migration whose file was edited after it was applied is refused', async () => {
  const database = await ownDatabase();
  await migrate(database.url);
  await database.query("UPDATE _prisma_migrations SET checksum = repeat('0', 64)");
  await expect(migrate(database.url)).rejects.toThrow('was edited');
});

test('a migration that fails leaves the database as it was', async () => {
  const database = await ownDatabase();
  await database.query('CREATE TABLE uploads (id int)');
  await expect(migrate(database.url)).rejects.toThrow('failed');
  const tables = await database.query<{ tablename: string }>(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
  );
  expect(tables.map((row) => row.tablename)).toEqual(['_prisma_migrations', 'uploads']);
  expect(await database.query('SELECT * FROM _prisma_migrations')).toEqual([]);
});
