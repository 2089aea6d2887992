import { spawnSync } from 'node:child_process';

const APART = 'SOBOLEV_FAULTS_APART';

/** Whether this process has mounts of its own: what it mounts nobody else sees, and it goes when the process does. */
export const isApart = (): boolean => process.env[APART] !== undefined;

export function canBeApart(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true'], { stdio: 'ignore' }).status === 0;
}

/** Runs this very command once more, with mounts of its own; returns its exit code. */
export function runApart(): number {
  const args = ['-m', process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  return spawnSync('unshare', args, { stdio: 'inherit', env: { ...process.env, [APART]: '1' } }).status ?? 1;
}
