import { readFile, stat } from 'node:fs/promises';
import { type Account } from '../bound-process.ts';

/**
 * Postgres refuses to run as root. Whose cluster it is decides; a new one belongs to `nobody`, the one ordinary account
 * that every Debian has, so that we create no accounts on somebody's machine. Undefined when we are not root.
 */
export async function serverAccount(clusterDirectory: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(clusterDirectory).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return nobody();
}

async function nobody(): Promise<Account> {
  const passwd = await readFile('/etc/passwd', 'utf8');
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith('nobody:'))
    ?.split(':');
  if (!fields) throw new Error('Started as root, and there is no account "nobody" for Postgres to run as.');
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}
