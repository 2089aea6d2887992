import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { processesWith, waitUntil } from '../../test/processes.ts';

const SETUP = join(import.meta.dirname, 'setup.mjs');

interface Attempt {
  scratch: string;
  /** Runs the set-up in a world of its own: nothing cached, data elsewhere, and a mark on all its processes. */
  start: (path: string) => ChildProcess;
  processes: () => { pid: number; command: string }[];
}

async function attempt(): Promise<Attempt> {
  const scratch = await mkdtemp(join(tmpdir(), 'sobolev-setup-'));
  const mark = `SOBOLEV_TEST_MARK=${randomBytes(8).toString('hex')}`;
  const processes = () => processesWith(mark);
  onTestFinished(async () => {
    for (const { pid } of processes()) process.kill(pid, 'SIGKILL');
    await rm(scratch, { recursive: true, force: true });
  });
  const [name = '', value] = mark.split('=');
  const places = { SOBOLEV_CACHE_DIR: join(scratch, 'cache'), DATA_DIR: join(scratch, 'data'), COMPUTE: 'auto' };
  const start = (path: string) =>
    spawn(process.execPath, [SETUP], { env: { PATH: path, HOME: scratch, [name]: value, ...places }, stdio: 'pipe' });
  return { scratch, start, processes };
}

async function outputOf(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => void child.once('close', resolve));
  return { code, said };
}

test('without Python and a compiler it does without native TensorFlow, and says what would mend it', async () => {
  const { scratch, start } = await attempt();
  const { code, said } = await outputOf(start(scratch));
  expect(said).toContain(
    'native TensorFlow: no (python3 and g++ missing; to mend: apt install python3 python3-venv g++)',
  );
  expect(code).toBe(0);
  const compute = JSON.parse(await readFile(join(scratch, 'data', 'compute.json'), 'utf8')) as unknown;
  expect(compute).toMatchObject({ tensorflow: false });
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
  test(`${signal} to it alone, while a program of its programs runs, leaves no process behind`, async () => {
    const { scratch, start, processes } = await attempt();
    // A Python that never ends stands for a download that takes long.
    const slowPython = '#!/bin/sh\ncase "$*" in *"pip download"*) sleep 600 & wait ;; esac\n';
    await mkdir(join(scratch, 'bin'));
    await writeFile(join(scratch, 'bin', 'python3'), slowPython, { mode: 0o755 });
    await writeFile(join(scratch, 'bin', 'g++'), '#!/bin/sh\n', { mode: 0o755 });
    const child = start(`${join(scratch, 'bin')}:/usr/bin:/bin`);
    child.stdout?.resume();
    child.stderr?.resume();
    await waitUntil(() => processes().some(({ command }) => command === 'sleep 600'), 'the download runs');
    child.kill(signal);
    await waitUntil(() => processes().length === 0, 'all its processes are gone');
  });
}
