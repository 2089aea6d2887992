import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { freshDatabase } from '../../../test/database.ts';
import { createStorage } from './storage.ts';

test('a watcher hears of each job with a new event, and goes on after its connection was cut', async () => {
  const database = await freshDatabase();
  const storage = createStorage({ databaseUrl: database.url });
  const heard = new EventEmitter();
  const watch = await storage.watch(
    (jobId) => heard.emit(jobId),
    () => heard.emit('reconnect'),
  );
  const { id } = await storage.jobs.create({ kind: 'distillation', spec: {}, totalSteps: 1, metadata: {} });
  const claimed = once(heard, id);
  await storage.jobs.claim(id);
  await claimed;

  const reconnected = once(heard, 'reconnect');
  const cut =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN events' AND datname = current_database()";
  expect(await database.query(cut)).toHaveLength(1);
  await reconnected;
  const finished = once(heard, id);
  await storage.jobs.finish({ jobId: id, attempt: 1 }, { status: 'succeeded' });
  await finished;

  await watch.close();
  await storage.close();
  await database.drop();
});
