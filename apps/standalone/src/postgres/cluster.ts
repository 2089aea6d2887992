import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, spawnBound } from '../bound-process.ts';

const PASSWORD_FILE = 'superuser-password';

export interface Cluster {
  directory: string;
  password: string;
}

/** Opens the cluster in `directory`, making it first if there is none. A half-made one never appears there. */
export async function openCluster(directory: string, binaries: string, account?: Account): Promise<Cluster> {
  const made = await stat(join(directory, 'PG_VERSION')).catch(() => undefined);
  if (!made) await createCluster(directory, binaries, account);
  return { directory, password: await readFile(join(directory, PASSWORD_FILE), 'utf8') };
}

async function createCluster(directory: string, binaries: string, account?: Account): Promise<void> {
  const unfinished = `${directory}.new-${process.pid}`;
  const passwordFile = `${unfinished}.password`;
  const password = randomBytes(24).toString('base64url');
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await give(account, unfinished, passwordFile);
    await initdb(unfinished, { binaries, passwordFile, account });
    await rename(passwordFile, join(unfinished, PASSWORD_FILE));
    await rm(directory, { recursive: true, force: true });
    await rename(unfinished, directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

async function give(account: Account | undefined, ...paths: string[]): Promise<void> {
  if (!account) return;
  await Promise.all(paths.map((path) => chown(path, account.uid, account.gid)));
}

interface InitdbOptions {
  binaries: string;
  passwordFile: string;
  account: Account | undefined;
}

async function initdb(directory: string, { binaries, passwordFile, account }: InitdbOptions): Promise<void> {
  const settings = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const locale = ['--encoding=UTF8', '--no-locale'];
  // Its files are flushed when the server first stops; a cluster that is lost before that holds nothing yet.
  const args = [`--pgdata=${directory}`, ...settings, ...locale, '--no-sync', '--no-instructions'];
  const options = { deathSignal: 'SIGTERM', cwd: directory, env: { LC_ALL: 'C' }, output: 'pipe', account } as const;
  const child = spawnBound(join(binaries, 'bin', 'initdb'), args, options);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`initdb could not make the database cluster in ${directory}:\n${said.trim()}`);
}
