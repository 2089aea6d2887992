import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { programOf } from '@distiller/programs';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { emptyDatabase, type TestDatabase } from '../../../test/database.ts';
import { severable } from '../../../test/severable.ts';

let database: TestDatabase;
let directory: string;

beforeAll(async () => {
  database = await emptyDatabase();
  directory = await mkdtemp(join(tmpdir(), 'worker-'));
});

afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

/** A worker on a machine without CUDA. */
function startWorker(environment: Record<string, string>): ChildProcess {
  const artifacts = pathToFileURL(join(directory, 'artifacts')).href;
  const services = { DATABASE_URL: database.url, QUEUE_URL: database.url, ARTIFACTS_URL: artifacts };
  const { script, execArgv } = programOf(new URL('./main.ts', import.meta.url));
  const child = fork(script, {
    execArgv,
    env: { ...process.env, ...services, CUDA_VISIBLE_DEVICES: '', ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; said: string; messages: unknown[] }> {
  const messages: unknown[] = [];
  let said = '';
  child.on('message', (message) => messages.push(message));
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said, messages };
}

test('a worker that requires a GPU and finds none ends, not ready, and says what it tried', async () => {
  const child = startWorker({ COMPUTE: 'auto', REQUIRE_GPU: '1', TENSORFLOW_UNAVAILABLE: 'no compiler' });
  const { code, said, messages } = await endOf(child);
  expect(code).toBe(1);
  expect(messages).toEqual([]);
  expect(said).toMatch(/not ready: a GPU is required and there is none: tensorflow: no compiler; webgpu.*: no GPU/);
});

test.runIf(inject('engines').includes('webgpu'))(
  'an adapter in software is no GPU, however it is asked for',
  async () => {
    const required = await endOf(startWorker({ COMPUTE: 'webgpu', REQUIRE_GPU: '1', WEBGPU_SOFTWARE: '1' }));
    expect(required).toMatchObject({ code: 1, messages: [] });
    const named = await endOf(startWorker({ COMPUTE: 'webgpu', WEBGPU_SOFTWARE: '0' }));
    expect(named).toMatchObject({ code: 1, messages: [] });
    expect(named.said).toContain('no GPU: the only adapter is software');
  },
);

test('a worker that is ready tells its engine and device, and why better ones were passed over', async () => {
  const child = startWorker({
    COMPUTE: 'auto',
    TENSORFLOW_UNAVAILABLE: 'no compiler',
    VK_ICD_FILENAMES: '/nonexistent',
  });
  const [ready] = (await once(child, 'message')) as [unknown];
  expect(ready).toEqual({
    type: 'ready',
    engine: 'wasm',
    device: { kind: 'cpu', name: 'the CPU' },
    reason: expect.stringContaining('tensorflow: no compiler; webgpu: no GPU') as string,
    passedOver: [
      { choice: 'tensorflow', why: 'no compiler' },
      { choice: 'webgpu', why: 'no GPU: no driver offers an adapter' },
    ],
  });
  child.kill('SIGTERM');
  await once(child, 'exit');
});

const redisUrl = inject('redisUrl');
test.runIf(redisUrl)(
  'a worker that is told to stop ends, though database and queue are gone',
  async () => {
    const ways = await Promise.all([severable(database.url), severable(redisUrl!)]);
    for (const way of ways) await way.mend();
    const [rows, queue] = ways;
    const child = startWorker({ COMPUTE: 'wasm', DATABASE_URL: rows.url, QUEUE_URL: queue.url, GRACE_MS: '0' });
    await once(child, 'message');
    for (const way of ways) await way.sever();
    child.kill('SIGTERM');
    const { code, said } = await endOf(child);
    expect(code).toBe(1);
    expect(said).toContain('stopped without having closed everything');
  },
  60_000,
);
