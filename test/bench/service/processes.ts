import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programOf } from '@distiller/programs';
import { hasExited } from '../../../apps/standalone/src/bound-process.ts';
import { type Load, type LoadResult } from './load-messages.ts';

const TSX = ['--import', import.meta.resolve('tsx')];
const ROOT = join(import.meta.dirname, '..', '..', '..');

export interface Running {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** The API as it is started for a team: its own process, keys, and a log of each request in a file. */
export async function startApiProcess(env: Record<string, string>, logFile: string): Promise<Running> {
  // As every start does: it makes the API's bundle, where that is not the sources'.
  execFileSync(process.execPath, [join(ROOT, 'apps', 'standalone', 'setup.mjs'), '--quiet', '--no-compute']);
  const log = await open(logFile, 'a');
  const { script, execArgv } = programOf(new URL('../../../apps/api/src/main.ts', import.meta.url));
  const child = fork(script, {
    cwd: ROOT,
    execArgv,
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'info', HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();
  const { url } = await firstMessage<{ url: string }>(child, async () =>
    (await readFile(logFile, 'utf8')).slice(-2000),
  );
  return { pid: child.pid!, port: Number(new URL(url).port), stop: () => end(child) };
}

export interface Bare extends Running {
  /** What `/answers/N` answers from now on. */
  answerWith(answers: object[]): Promise<void>;
}

export async function startBare(directory: string): Promise<Bare> {
  const child = start('bare-server.ts', [directory]);
  const { port } = await firstMessage<{ port: number }>(child);
  const answerWith = async (answers: object[]) => {
    child.send(answers);
    await once(child, 'message');
  };
  return { pid: child.pid!, port, answerWith, stop: () => end(child) };
}

export interface LoadProcess {
  run(load: Load): Promise<LoadResult>;
  stop(): Promise<void>;
}

export function startLoad(): LoadProcess {
  const child = start('load.ts');
  return {
    run: async (load) => {
      child.send(load);
      const result = await firstMessage<LoadResult>(child);
      const refused = Object.entries(result.refused);
      if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)} of ${load.requests[0]?.path}`);
      return result;
    },
    stop: () => end(child),
  };
}

/** Memory of a process that is not swapped out, in MB. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(kilobytes) / 1024;
}

function start(script: string, args: string[] = []): ChildProcess {
  return fork(join(import.meta.dirname, script), args, {
    execArgv: TSX,
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

async function firstMessage<Message>(child: ChildProcess, why = () => Promise.resolve('')): Promise<Message> {
  const over = new AbortController();
  const told = once(child, 'message', { signal: over.signal }).then(([message]) => ({ message: message as Message }));
  const ended = once(child, 'exit', { signal: over.signal }).then(() => undefined);
  const first = await Promise.race([told, ended]);
  // Whichever did not come is waited for no longer.
  for (const other of [told, ended]) other.catch(() => undefined);
  over.abort();
  if (!first) throw new Error(`a process of the benchmark ended: ${await why()}`);
  return first.message;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasExited(child)) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
