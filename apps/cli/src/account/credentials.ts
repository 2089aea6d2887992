import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** API keys by the address of their service. */
const Credentials = z.object({ keys: z.record(z.string(), z.string()) });
type Credentials = z.infer<typeof Credentials>;

/** Readable by their owner alone. */
const MODE = 0o600;

/** Where keys are kept: the XDG base directory specification's place for a user's settings. */
export function credentialsPath(): string {
  const settings = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return join(settings, 'sobolev-distiller', 'credentials.json');
}

/** The key that `login` has kept for this service. @throws Error when the file is no longer what `login` wrote */
export function storedKey(url: string): string | undefined {
  return readCredentials().keys[normal(url)];
}

export function storeKey(url: string, key: string): void {
  const { keys } = readCredentials();
  writeCredentials({ keys: { ...keys, [normal(url)]: key } });
}

/** @returns whether there was one */
export function forgetKey(url: string): boolean {
  const { [normal(url)]: key, ...keys } = readCredentials().keys;
  if (key !== undefined) writeCredentials({ keys });
  return key !== undefined;
}

function readCredentials(): Credentials {
  const path = credentialsPath();
  const text = readIfThere(path);
  if (text === undefined) return { keys: {} };
  try {
    return Credentials.parse(JSON.parse(text));
  } catch {
    throw new Error(`${path} is damaged: remove it, and log in again`);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all. */
function writeCredentials(credentials: Credentials): void {
  const path = credentialsPath();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(credentials, null, 2)}\n`, { mode: MODE });
  renameSync(unfinished, path);
}

/** One service has one entry, however its address is written. */
const normal = (url: string) => new URL(url).href.replace(/\/+$/, '');
