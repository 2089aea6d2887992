import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { forkServiceProcess, type Ready } from '../service-process.ts';

/** A process of the service that is started again whenever it ends, as a supervisor would. */
export interface Supervised {
  /** The process that runs now. */
  process(): ChildProcess;
  pid(): number;
  /** How often it was started. */
  starts(): number;
  /** Resolves when the process that runs now, or one after it, is up. */
  ready(): Promise<Ready>;
  stop(): Promise<void>;
}

/** Time until it is started again: a supervisor's own. */
const RESTART_MS = 200;

export function supervise(app: 'api' | 'worker', environment: NodeJS.ProcessEnv): Supervised {
  let [starts, stopping] = [0, false];
  let child: ChildProcess;
  let up: Promise<Ready | undefined>;
  const start = () => {
    starts++;
    child = forkServiceProcess(app, environment);
    const ended = once(child, 'exit');
    up = Promise.race([once(child, 'message').then(([ready]) => ready as Ready), ended.then(() => undefined)]);
    void ended.then(async () => {
      await sleep(RESTART_MS);
      if (!stopping) start();
    });
  };
  start();
  return {
    process: () => child,
    pid: () => child.pid!,
    starts: () => starts,
    ready: async () => {
      for (;;) {
        const ready = await up;
        if (ready) return ready;
        if (stopping) throw new Error(`the ${app} was stopped before it was up`);
        await sleep(RESTART_MS / 2);
      }
    },
    stop: async () => {
      stopping = true;
      const end = () => child.exitCode !== null || child.signalCode !== null;
      child.kill('SIGTERM');
      for (let waits = 0; !end() && waits < 300; waits++) await sleep(50);
      if (!end()) child.kill('SIGKILL');
    },
  };
}
