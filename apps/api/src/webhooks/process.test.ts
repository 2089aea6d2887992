import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../../libs/client/src/index.ts';
import { emptyDatabase } from '../../../../test/database.ts';
import { LOCALHOST_CERTIFICATE } from '../../../../test/localhost-certificate.ts';
import { waitUntil } from '../../../../test/processes.ts';
import { startReceiver } from '../../../../test/receiver.ts';
import { endServiceProcess, serviceEnvironment, startServiceProcess } from '../../../../test/service-process.ts';

/** What an API needs, and a receiver; all of it goes with the test. */
async function scene(...given: Parameters<typeof startReceiver>) {
  const database = await emptyDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'webhooks-'));
  const there = await startReceiver(...given);
  onTestFinished(async () => {
    await there.close();
    await database.drop();
    await rm(directory, { recursive: true });
  });
  return { database, directory, there, environment: serviceEnvironment(database, directory) };
}

async function startApiProcess(environment: NodeJS.ProcessEnv) {
  const { process, ready } = await startServiceProcess('api', environment);
  onTestFinished(async () => void (await endServiceProcess(process)));
  const { webhooks } = createClient({ baseUrl: ready.url! });
  const ended = async (id: string) => {
    const all = async () => (await webhooks.deliveries(id)).data;
    await waitUntil(async () => (await all()).every(({ status }) => status !== 'pending'), 'its deliveries have ended');
    return all();
  };
  return { process, webhooks, ended };
}

test('an API that is killed while it sends loses nothing: another one sends the same message', async () => {
  let isWell = false;
  const { database, there, environment } = await scene((response) =>
    isWell ? response.writeHead(204).end() : undefined,
  );
  const first = await startApiProcess(environment);
  const { id } = await first.webhooks.create({ url: there.url, events: ['job.queued'] });
  await first.webhooks.ping(id);
  await waitUntil(() => there.received.length === 1, 'it is under way');
  first.process.kill('SIGKILL');
  isWell = true;
  // The time that the dead one is given is over.
  await database.query('UPDATE webhook_deliveries SET leased_until = now()');
  const [delivery, ...others] = await (await startApiProcess(environment)).ended(id);
  expect(others).toEqual([]);
  expect(delivery?.status).toBe('succeeded');
  expect(there.received.map(({ headers }) => headers['webhook-id'])).toEqual([delivery?.id, delivery?.id]);
  expect(delivery?.attempts.map(({ number }) => number)).toEqual([2]);
});

test('TLS is spoken with whoever has a certificate for the name, and with nobody else', async () => {
  const { directory, there, environment } = await scene(undefined, { isSecure: true });
  const authorities = join(directory, 'authorities.pem');
  await writeFile(authorities, LOCALHOST_CERTIFICATE);
  const { webhooks, ended } = await startApiProcess({ ...environment, NODE_EXTRA_CA_CERTS: authorities });
  const send = async (url: string) => {
    const { id } = await webhooks.create({ url, events: ['job.queued'] });
    await webhooks.ping(id);
    return (await ended(id))[0];
  };
  expect(await send(there.url)).toMatchObject({ status: 'succeeded' });
  const byAddress = await send(`https://127.0.0.1:${there.port}/`);
  expect(byAddress?.attempts).toMatchObject([{ status_code: null, error: 'no answer: ERR_TLS_CERT_ALTNAME_INVALID' }]);
  expect(there.received).toHaveLength(1);
});
