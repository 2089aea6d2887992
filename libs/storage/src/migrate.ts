import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';

const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

/** The advisory lock that `prisma migrate deploy` takes: the two exclude each other. */
const LOCK = 72_707_369;

/** As `prisma migrate deploy` makes it. */
const LEDGER = `
CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/**
 * Brings the database up to prisma/migrations, leaving `_prisma_migrations` as `prisma migrate deploy` would.
 * Safe to call from several processes at once; each migration is one transaction.
 * @returns names of the migrations that this call applied
 * @throws when the database has a migration that is not here, or one whose file was edited since
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(LEDGER);
    const pending = await pendingMigrations(client);
    for (const migration of pending) await apply(client, migration);
    return pending.map(({ name }) => name);
  } finally {
    // Ends the session, and the lock with it.
    await client.end();
  }
}

/** Names of all migrations, oldest first. */
export async function migrationNames(): Promise<string[]> {
  const entries = await readdir(MIGRATIONS, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function pendingMigrations(client: Client): Promise<Migration[]> {
  const here = await readMigrations();
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  for (const row of rows) {
    const name = row.migration_name;
    const migration = here.find((candidate) => candidate.name === name);
    if (!migration) throw new Error(`The database has migration ${name}, which this version does not know.`);
    if (migration.checksum !== row.checksum) throw new Error(`Migration ${name} was edited after it was applied.`);
    if (!row.finished_at) throw new Error(`Migration ${name} was begun and not finished: see _prisma_migrations.logs.`);
  }
  const applied = new Set(rows.map((row) => row.migration_name));
  return here.filter(({ name }) => !applied.has(name));
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ($1, $2, clock_timestamp(), $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`Migration ${name} failed`, { cause: error });
  }
}

async function readMigrations(): Promise<Migration[]> {
  return Promise.all((await migrationNames()).map(readMigration));
}

async function readMigration(name: string): Promise<Migration> {
  const sql = await readFile(`${MIGRATIONS}/${name}/migration.sql`, 'utf8');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}
