import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** The program's path; installs it with apt where it is missing and we may. Undefined when there is no having it. */
export function findProgram(name: string, { packages }: { packages: string[] }): string | undefined {
  return onPath(name) ?? (install(packages) ? onPath(name) : undefined);
}

function onPath(name: string): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/local/bin'];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install(packages: string[]): boolean {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return false;
  console.log(`Installing ${packages.join(' ')} with apt ...`);
  return apt('install', '--no-install-recommends', ...packages) || (apt('update') && apt('install', ...packages));
}

function apt(...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS, env } as const;
  return spawnSync('apt-get', ['-y', '-q', ...args], options).status === 0;
}
