import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { programOf } from '@distiller/programs';
import { z } from 'zod';
import { hasExited, waitForExit } from './bound-process.ts';
import { ROOT } from './config.ts';

const READY_TIMEOUT_MS = 120_000;
const EXIT_WITH_PARENT = new URL('../exit-with-parent.mjs', import.meta.url).href;

/** What a service's process sends when it is up. */
const ReadyMessage = z.object({
  type: z.literal('ready'),
  url: z.string().optional(),
  engine: z.string().optional(),
  reason: z.string().optional(),
});
export type ReadyMessage = z.infer<typeof ReadyMessage>;

export interface ServiceOptions {
  name: 'api' | 'worker';
  env: Record<string, string>;
  logFile: string;
  /** How long it may take to stop by itself. */
  graceMs: number;
}

export interface Service {
  pid: number | undefined;
  /** Rejects when it ends, or takes too long, before it is up. */
  ready: Promise<ReadyMessage>;
  /** Resolves with what went wrong when the process ends without having been asked to. */
  died: Promise<Error>;
  stop(): Promise<void>;
}

/** Starts one of our apps as a process. It ends with us, however we end: its IPC channel closes. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const child = await forkService(options);
  let stopping = false;
  const ended = once(child, 'exit').then(([code, signal]) => describeEnd(options, (signal ?? code) as string | number));
  const died = ended.then((why) => (stopping ? new Promise<never>(() => undefined) : why));
  const ready = whenReady(child, options.name, ended);
  // Whoever stops it before it is up does not look at this any more.
  ready.catch(() => undefined);
  const stop = async (): Promise<void> => {
    stopping = true;
    if (hasExited(child)) return;
    child.kill('SIGTERM');
    if (await waitForExit(child, options.graceMs)) return;
    child.kill('SIGKILL');
    await waitForExit(child, 5_000);
  };
  return { pid: child.pid, ready, died, stop };
}

async function forkService({ name, env, logFile }: ServiceOptions): Promise<ChildProcess> {
  await mkdir(dirname(logFile), { recursive: true });
  const { script, execArgv } = programOf(new URL(`../../${name}/src/main.ts`, import.meta.url));
  const log = await open(logFile, 'a');
  try {
    return fork(script, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      execArgv: ['--import', EXIT_WITH_PARENT, ...execArgv],
      // A session of its own: Ctrl-C in the terminal reaches only us, and we stop things in order.
      detached: true,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    });
  } finally {
    await log.close();
  }
}

async function whenReady(child: ChildProcess, name: string, ended: Promise<Error>): Promise<ReadyMessage> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`The ${name} did not come up in time.`)), READY_TIMEOUT_MS);
  });
  const up = new Promise<ReadyMessage>((resolve) => {
    child.on('message', (message) => {
      const ready = ReadyMessage.safeParse(message);
      if (ready.success) resolve(ready.data);
    });
  });
  const outcome = await Promise.race([up, late, ended]).finally(() => clearTimeout(timer));
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

async function describeEnd({ name, logFile }: ServiceOptions, how: string | number): Promise<Error> {
  const log = await readFile(logFile, 'utf8').catch(() => '');
  const end = log.trim().split('\n').slice(-15).join('\n');
  return new Error(`The ${name} ended with ${how}. The end of ${logFile}:\n${end}`);
}
