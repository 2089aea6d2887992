import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../../libs/client/src/index.ts';
import { emptyDatabase } from '../../../../test/database.ts';
import { waitUntil } from '../../../../test/processes.ts';
import { startReceiver } from '../../../../test/receiver.ts';
import { endServiceProcess, serviceEnvironment, startServiceProcess } from '../../../../test/service-process.ts';

test('an API that is killed while it sends loses nothing: another one sends the same message', async () => {
  const database = await emptyDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'crash-'));
  let isWell = false;
  const there = await startReceiver((response) => (isWell ? response.writeHead(204).end() : undefined));
  onTestFinished(async () => {
    await there.close();
    await database.drop();
    await rm(directory, { recursive: true });
  });
  const environment = serviceEnvironment(database, directory);
  const first = await startServiceProcess('api', environment);
  const { id } = await createClient({ baseUrl: first.ready.url! }).webhooks.create({
    url: there.url,
    events: ['job.queued'],
  });
  await createClient({ baseUrl: first.ready.url! }).webhooks.ping(id);
  await waitUntil(() => there.received.length === 1, 'it is under way');
  first.process.kill('SIGKILL');
  isWell = true;
  // The time that the dead one is given is over.
  await database.query('UPDATE webhook_deliveries SET leased_until = now()');
  const second = await startServiceProcess('api', environment);
  onTestFinished(async () => void (await endServiceProcess(second.process)));
  const client = createClient({ baseUrl: second.ready.url! });
  await waitUntil(
    async () => (await client.webhooks.deliveries(id, { status: 'succeeded' })).data.length === 1,
    'sent',
  );
  const { data } = await client.webhooks.deliveries(id);
  expect(data).toHaveLength(1);
  expect(there.received.map(({ headers }) => headers['webhook-id'])).toEqual([data[0]?.id, data[0]?.id]);
  expect(data[0]?.attempts.map(({ number }) => number)).toEqual([2]);
});
