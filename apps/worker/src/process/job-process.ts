import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { saysNothing } from '@distiller/compute';
import { programOf } from '@distiller/programs';
import { type JobMessage, type JobOrder } from './messages.ts';

/** The running process of a job. */
export interface JobProcess {
  /** Asks it to end after a checkpoint. */
  stop: () => void;
  /** Ends it at once. */
  kill: () => void;
  /** Resolves when it is gone, with what ended it in words; all its messages have been heard by then. */
  exited: Promise<string>;
}

/** Starts the process of one attempt at a job. It ends by itself when this one dies. */
export function startJobProcess(
  order: JobOrder,
  onMessage: (message: JobMessage) => void,
  env: Record<string, string> = {},
): JobProcess {
  const { script, execArgv } = programOf(new URL('./main.ts', import.meta.url));
  const child = fork(script, {
    execArgv,
    env: { ...process.env, ...env },
    // JSON would turn a metric that is not finite into null.
    serialization: 'advanced',
    // Its own words are for the worker's log; its stdin is nobody's.
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (!saysNothing(line)) process.stderr.write(`${line}\n`);
  });
  child.on('message', onMessage);
  child.send(order);
  return {
    stop: () => void (child.connected && child.send({ type: 'stop' })),
    kill: () => void child.kill('SIGKILL'),
    exited: exitOf(child),
  };
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}
