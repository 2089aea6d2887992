import { migrate } from '@distiller/storage';
import { inject } from 'vitest';
import { newDatabase, type TestDatabase } from './new-database.ts';

export { type TestDatabase } from './new-database.ts';

/** An empty database of one's own on the run's Postgres. */
export const emptyDatabase = (): Promise<TestDatabase> => newDatabase(inject('postgresUrl'));

/** A migrated database of one's own on the run's Postgres. */
export async function freshDatabase(): Promise<TestDatabase> {
  const database = await emptyDatabase();
  await migrate(database.url);
  return database;
}
