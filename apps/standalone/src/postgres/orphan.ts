import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_TIMEOUT_MS = 20_000;

/**
 * Ends a server that still holds the cluster: its parent was killed a moment ago, or long ago on a machine without
 * setpriv. The caller has made sure that no living parent of ours owns it.
 */
export async function stopOrphan(directory: string): Promise<void> {
  const pid = Number((await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid || !(await serves(pid, directory))) return;
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  let signal: NodeJS.Signals = 'SIGINT';
  while (await serves(pid, directory)) {
    if (Date.now() > deadline) throw new Error(`The Postgres server ${pid} holds ${directory} and does not stop.`);
    process.kill(pid, signal);
    await sleep(100);
    if (Date.now() > deadline - STOP_TIMEOUT_MS / 2) signal = 'SIGQUIT';
  }
}

/** Process ids are reused: only one whose command line names this cluster is ours. */
async function serves(pid: number, directory: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes(directory);
}
