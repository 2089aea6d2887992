import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';

const SCRIPT = fileURLToPath(new URL('formats/hostile_rollouts.py', import.meta.url));

/** A file that an import must refuse. */
export interface HostileFile {
  file: string;
  format: 'npz' | 'minari' | 'dqn-replay';
  /** The entry or dataset at fault; empty where more than one will do. */
  where: string;
  index: number | null;
  /** Words of the message. */
  says: string;
  /** Whether its headers give it away. */
  looks: boolean;
}

let written: Promise<{ directory: string; files: HostileFile[] }> | undefined;

/** Writes them once a test file. */
export function writeHostileFiles(python: string): Promise<{ directory: string; files: HostileFile[] }> {
  return (written ??= write(python));
}

async function write(python: string) {
  const directory = await mkdtemp(join(tmpdir(), 'hostile-'));
  const { stdout } = await promisify(execFile)(python, ['-W', 'ignore', SCRIPT, directory]);
  return { directory, files: JSON.parse(stdout) as HostileFile[] };
}
