import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** An account that a server runs as when we are root and it must not be. */
export interface Account {
  uid: number;
  gid: number;
}

export interface BoundProcessOptions {
  /** What the kernel sends the process when this one dies, however it dies. */
  deathSignal: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  account?: Account | undefined;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** A file descriptor for its standard output and error, or 'pipe' to read them. */
  output: number | 'pipe';
}

/**
 * Starts a program that cannot outlive us where the machine has util-linux (`setpriv`), and that a Ctrl-C in our
 * terminal does not reach: it has a session of its own, so that we decide the order in which things stop.
 */
export function spawnBound(command: string, args: string[], options: BoundProcessOptions): ChildProcess {
  const bound = hasSetpriv() ? ['setpriv', '--pdeathsig', options.deathSignal.slice(3), command] : [command];
  const [program = command, ...prefix] = bound;
  return spawn(program, [...prefix, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], ...options.env },
    stdio: ['ignore', options.output, options.output],
    detached: true,
    ...options.account,
  });
}

export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Resolves when the process is gone; true if that happened within the time. */
export async function waitForExit(child: ChildProcess, timeoutMs: number): Promise<boolean> {
  if (hasExited(child)) return true;
  const exited = once(child, 'exit').then(() => true);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  return Promise.race([exited, late]).finally(() => clearTimeout(timer));
}

let setprivWorks: boolean | undefined;

/** BusyBox has a setpriv without --pdeathsig, so the option itself is tried. */
function hasSetpriv(): boolean {
  setprivWorks ??= spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true'], { stdio: 'ignore' }).status === 0;
  return setprivWorks;
}
