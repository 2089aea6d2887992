import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DATA_DIR, ROOT } from './data-directory.ts';

const STOP_TIMEOUT_MS = 60_000;

export interface Services {
  url: string;
  engine: string;
  reason: string;
  /** Rejects when the services end while the demo needs them. */
  failure: Promise<never>;
  /** Ends them, unless they were up before the demo. */
  stop(): Promise<void>;
}

interface Told {
  url: string;
  engine: string;
  reason: string;
}

/** Those of this clone that are up already, or else new ones, which end with the demo however it ends. */
export async function obtainServices(signal: AbortSignal): Promise<Services> {
  const running = await findRunning();
  if (running) return { ...running, failure: new Promise(() => undefined), stop: () => Promise.resolve() };
  return startServices(signal);
}

async function findRunning(): Promise<Told | undefined> {
  const file = join(DATA_DIR, 'standalone.json');
  const told = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Partial<Told>,
    () => undefined,
  );
  if (!told?.url) return undefined;
  const { url, engine = 'unknown', reason = '' } = told;
  // The file may be that of a process that was killed: only an answer counts.
  const ready = await fetch(new URL('/readyz', url)).catch(() => undefined);
  return ready?.ok ? { url, engine, reason } : undefined;
}

async function startServices(signal: AbortSignal): Promise<Services> {
  // Its IPC channel is what ends it when we are killed; a session of its own keeps the terminal's Ctrl-C from it.
  const program = join(ROOT, 'apps', 'standalone', 'src', 'main.ts');
  const child = fork(join(ROOT, 'apps', 'standalone', 'launch.mjs'), ['--no-setup', program], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const stop = () => end(child);
  const failure = once(child, 'exit').then(([code, how]) => {
    throw new Error(`The services ended with ${String(how ?? code)}.`);
  });
  failure.catch(() => undefined);
  try {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('Stopped while the services were starting.')));
    });
    const ready = once(child, 'message').then(([message]) => message as Told);
    signal.throwIfAborted();
    return { ...(await Promise.race([ready, failure, aborted])), failure, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
}
