import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { programOf } from '@distiller/programs';
import { expect, inject, onTestFinished, test } from 'vitest';
import { emptyDatabase } from '../../../test/database.ts';
import { waitUntil } from '../../../test/processes.ts';
import { severable } from '../../../test/severable.ts';

/** The API as a child of this process, on an empty database. */
async function start(changes: NodeJS.ProcessEnv = {}) {
  const database = await emptyDatabase();
  const root = await mkdtemp(join(tmpdir(), 'api-'));
  const urls = { DATABASE_URL: database.url, QUEUE_URL: database.url, ARTIFACTS_URL: pathToFileURL(root).href };
  const { script, execArgv } = programOf(new URL('./main.ts', import.meta.url));
  const child = fork(script, {
    execArgv,
    env: { ...process.env, ...urls, PORT: '0', LOG_LEVEL: 'silent', ...changes },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exit = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
    await database.drop();
    await rm(root, { recursive: true });
  });
  return { child, exit, stderr: () => stderr };
}

async function ready(child: ReturnType<typeof fork>): Promise<string> {
  const [message] = (await once(child, 'message')) as [{ type: string; url: string }];
  expect(message.type).toBe('ready');
  return message.url;
}

test.each([
  ['SIGTERM', (child: ReturnType<typeof fork>) => child.kill('SIGTERM')],
  ['SIGINT', (child: ReturnType<typeof fork>) => child.kill('SIGINT')],
  ['the loss of its parent', (child: ReturnType<typeof fork>) => child.disconnect()],
])('the process migrates, listens, says where, and ends in order on %s', async (_what, end) => {
  const { child, exit, stderr } = await start();
  const url = await ready(child);
  // A process that has just begun on a busy machine may find its database late.
  await waitUntil(async () => (await fetch(`${url}/readyz`)).status === 200, 'it is ready');
  end(child);
  expect(await exit).toEqual([0, null]);
  expect(stderr()).toBe('');
});

const redisUrl = inject('redisUrl');
test.runIf(redisUrl)(
  'a process that is told to stop ends, though database and queue are gone',
  async () => {
    const database = await emptyDatabase();
    onTestFinished(() => database.drop());
    const [rows, queue] = await Promise.all([severable(database.url), severable(redisUrl!)]);
    for (const way of [rows, queue]) await way.mend();
    const { child, exit } = await start({ DATABASE_URL: rows.url, QUEUE_URL: queue.url, GRACE_MS: '0', DRAIN_MS: '0' });
    const url = await ready(child);
    await waitUntil(async () => (await fetch(`${url}/readyz`)).status === 200, 'it is ready');
    for (const way of [rows, queue]) await way.sever();
    child.kill('SIGTERM');
    // In order or not: whoever has told it to stop waits for it.
    expect([0, 1]).toContain((await exit)[0]);
  },
  60_000,
);

test('a process without its settings ends and names them', async () => {
  const { exit, stderr } = await start({ DATABASE_URL: undefined, PORT: 'x' });
  expect((await exit)[0]).toBe(1);
  expect(stderr()).toContain('DATABASE_URL');
  expect(stderr()).toContain('PORT');
});
