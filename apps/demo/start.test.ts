import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { processesWith, waitUntil } from '../../test/processes.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The demo on data of its own, with a mark on all processes that come of it. */
async function trial(command: string, ...args: string[]) {
  const dataDir = await mkdtemp(join(tmpdir(), 'sobolev-demo-'));
  const [name, value] = ['SOBOLEV_TEST_MARK', randomBytes(8).toString('hex')];
  const env = { ...process.env, [name]: value, DATA_DIR: dataDir, COMPUTE: 'wasm', PORT: '0', npm_lifecycle_event: '' };
  const child = spawn(command, args, { cwd: ROOT, env, stdio: 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const processes = () => [...processesWith(`${name}=${value}`), ...processesWith(basename(dataDir))];
  onTestFinished(async () => {
    for (const { pid } of processes()) process.kill(pid, 'SIGKILL');
    await waitUntil(() => processes().length === 0, 'the processes of the test are gone');
    const cluster = await realpath(join(dataDir, 'postgres')).catch(() => dataDir);
    if (!cluster.startsWith(dataDir)) await rm(dirname(cluster), { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  });
  return { child, processes, said: () => said };
}

/** What the demo has said when it is so far. */
const MOMENTS = {
  'at its start': '',
  'while the services start': null,
  'while a job trains': 'preparing labels',
} as const;

const isUpTo = (moment: keyof typeof MOMENTS, { said, processes }: Awaited<ReturnType<typeof trial>>): boolean => {
  const text = MOMENTS[moment];
  return text === null ? processes().some(({ command }) => command.includes('initdb')) : said().includes(text);
};

const ends: [keyof typeof MOMENTS, NodeJS.Signals][] = [
  ['at its start', 'SIGINT'],
  ['while the services start', 'SIGTERM'],
  ['while the services start', 'SIGKILL'],
  ['while a job trains', 'SIGINT'],
  ['while a job trains', 'SIGKILL'],
];

for (const [moment, signal] of ends) {
  test(`${signal} ${moment} leaves no process behind`, async () => {
    const running = await trial(process.execPath, 'apps/standalone/launch.mjs', 'apps/demo/src/main.ts');
    await waitUntil(() => isUpTo(moment, running), moment);
    await endWith(running.child, signal);
    await waitUntil(() => running.processes().length === 0, 'all its processes are gone');
    if (signal !== 'SIGKILL' && moment !== 'at its start') expect(running.child.exitCode).toBe(130);
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
  test(`${signal} to npm alone while a job trains leaves no process behind`, async () => {
    const running = await trial('npm', 'run', 'demo');
    await waitUntil(() => isUpTo('while a job trains', running), 'a job trains');
    await endWith(running.child, signal);
    await waitUntil(() => running.processes().length === 0, 'all its processes are gone');
  });
}

async function endWith(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
