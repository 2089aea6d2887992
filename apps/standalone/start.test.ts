import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { processesWith, runsProgram, waitUntil } from '../../test/processes.ts';
import { clusterPlace } from './src/postgres/cluster-place.ts';

const LAUNCH = join(import.meta.dirname, 'launch.mjs');
const PROGRAM = join(import.meta.dirname, 'src', 'main.ts');
const ROOT = join(import.meta.dirname, '..', '..');

interface Trial {
  dataDir: string;
  /** Runs a program whose processes, and theirs, all carry this trial's mark. */
  run: (command: string, ...args: string[]) => ChildProcess;
  start: () => ChildProcess;
  processes: () => { pid: number; command: string }[];
}

async function trial(): Promise<Trial> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sobolev-start-'));
  const [name, value] = ['SOBOLEV_TEST_MARK', randomBytes(8).toString('hex')];
  const env = { ...process.env, [name]: value, DATA_DIR: dataDir, COMPUTE: 'wasm', PORT: '0', npm_lifecycle_event: '' };
  const processes = () => [...processesWith(`${name}=${value}`), ...processesWith(basename(dataDir))];
  onTestFinished(async () => {
    for (const { pid } of processes()) process.kill(pid, 'SIGKILL');
    await waitUntil(() => processes().length === 0, 'the processes of the test are gone');
    const cluster = await clusterPlace(join(dataDir, 'postgres'));
    if (!cluster.startsWith(dataDir)) await rm(dirname(cluster), { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  });
  const run = (command: string, ...args: string[]) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    child.stdout?.resume();
    return child;
  };
  return { dataDir, run, start: () => run(process.execPath, LAUNCH, '--no-setup', PROGRAM), processes };
}

const whereItIs = (dataDir: string): Promise<{ url?: string; pid: number }> =>
  readFile(join(dataDir, 'standalone.json'), 'utf8').then(
    (text) => JSON.parse(text) as { url?: string; pid: number },
    () => ({ pid: 0 }),
  );

async function untilUp(dataDir: string): Promise<string> {
  await waitUntil(async () => (await whereItIs(dataDir)).url !== undefined, 'the services are up');
  return (await whereItIs(dataDir)).url ?? '';
}

test('it serves the API and the dashboard, keeps its data, and tells a second one where it is', async () => {
  const { dataDir, start, processes } = await trial();
  const child = start();
  const url = await untilUp(dataDir);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const page = await fetch(`${url}/`);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('<div id="root">');

  const second = start();
  let said = '';
  second.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  expect(await once(second, 'close')).toEqual([1, null]);
  expect(said).toContain(`Already running, as process ${child.pid}: ${url}`);

  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(processes()).toEqual([]);
  await expect(stat(join(dataDir, 'standalone.json'))).rejects.toThrow(/ENOENT/);
});

test('a worker that dies is started again; an API that dies ends it all, with its error', async () => {
  const { dataDir, start, processes } = await trial();
  const child = start();
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await untilUp(dataDir);
  const one = (name: string) => processes().find(({ command }) => runsProgram(command, `apps/${name}/src/main.ts`));
  const worker = one('worker')!;
  process.kill(worker.pid, 'SIGKILL');
  await waitUntil(() => (one('worker')?.pid ?? worker.pid) !== worker.pid, 'there is another worker');
  process.kill(one('api')!.pid, 'SIGKILL');
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(said).toContain('The api ended with SIGKILL');
  expect(processes()).toEqual([]);
});

for (const signal of ['SIGINT', 'SIGHUP', 'SIGKILL'] as const) {
  test(`${signal} to it alone leaves no process behind`, async () => {
    const { dataDir, start, processes } = await trial();
    const child = start();
    await untilUp(dataDir);
    expect(processes().length).toBeGreaterThan(3);
    child.kill(signal);
    await waitUntil(() => processes().length === 0, 'all its processes are gone');
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
  test(`${signal} to npm alone leaves no process behind`, async () => {
    const { dataDir, run, processes } = await trial();
    const npm = run('npm', 'start', '--', '--no-setup');
    await untilUp(dataDir);
    npm.kill(signal);
    await waitUntil(() => processes().length === 0, 'all its processes are gone');
  });
}

test('stopped at any moment of its start, it leaves no process behind, and starts again after it', async () => {
  const { dataDir, start, processes } = await trial();
  for (const [afterMs, signal] of [
    [200, 'SIGINT'],
    [600, 'SIGKILL'],
    [1000, 'SIGINT'],
    [1500, 'SIGKILL'],
    [2000, 'SIGTERM'],
  ] as const) {
    const child = start();
    await sleep(afterMs);
    child.kill(signal);
    await waitUntil(() => processes().length === 0, `${signal} after ${afterMs} ms ends it all`);
  }
  const child = start();
  await untilUp(dataDir);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
