import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Finding } from './finding.ts';

const OLDEST_NODE = [20, 19];
const OLDEST_PYTHON = [3, 9];

/** What recordings and the set-up need of the machine on which a worker runs: this one. */
export async function examineMachine(): Promise<Finding[]> {
  return [examineNode(process.versions.node), await examinePython(), await examineEmulator()];
}

export function examineNode(version: string): Finding {
  if (isAtLeast(version, OLDEST_NODE)) return { what: 'Node', state: 'ok', detail: version };
  return { what: 'Node', state: 'failed', detail: version, mend: `install ${OLDEST_NODE.join('.')} or later` };
}

async function examinePython(): Promise<Finding> {
  const script = 'import ensurepip, platform, venv; print(platform.python_version())';
  const mend = 'apt-get install python3 python3-venv (the emulator and the native engine need it)';
  try {
    const { stdout } = await promisify(execFile)('python3', ['-I', '-c', script]);
    const version = stdout.trim();
    if (isAtLeast(version, OLDEST_PYTHON)) return { what: 'Python', state: 'ok', detail: `${version}, with venv` };
    return { what: 'Python', state: 'failed', detail: version, mend: `install ${OLDEST_PYTHON.join('.')} or later` };
  } catch (error) {
    const detail = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no python3' : 'python3 lacks venv';
    return { what: 'Python', state: 'failed', detail, mend };
  }
}

async function examineEmulator(): Promise<Finding> {
  const { SOBOLEV_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  const cache = SOBOLEV_CACHE_DIR ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sobolev-distiller');
  const entries = await readdir(cache).catch(() => []);
  if (entries.some((name) => name.startsWith('arcade-venv-')))
    return { what: 'ALE', state: 'ok', detail: `installed in ${cache}` };
  return {
    what: 'ALE',
    state: 'missing',
    detail: 'not installed yet',
    mend: 'nothing to do: the first recording installs it',
  };
}

function isAtLeast(version: string, oldest: readonly number[]): boolean {
  const numbers = version.split('.').map(Number);
  const place = oldest.findIndex((number, index) => numbers[index] !== number);
  return place === -1 || numbers[place]! > oldest[place]!;
}
