import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ROOT_HOME } from './binaries.ts';

/**
 * Where the cluster that the clone knows as `path` really lies. For an ordinary user that is `path` itself. For root,
 * whose clone may be closed to the server's account, it is a directory under /var/lib, and `path` a link to it.
 */
export async function clusterPlace(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  if (process.getuid?.() !== 0) return path;
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory()) return path;
  if (found?.isSymbolicLink()) return readlink(path);
  await removeForsaken(path);
  return makePlace(path);
}

async function makePlace(path: string): Promise<string> {
  const home = join(homes(), `${pathKey(path)}-${randomBytes(4).toString('hex')}`);
  await mkdir(home, { recursive: true, mode: 0o755 });
  await writeFile(join(home, 'linked-from'), path);
  const place = join(home, 'cluster');
  await symlink(place, path);
  return place;
}

/** A clone that was deleted and made again at the same path must not find its predecessor's rows; nor should they pile up. */
async function removeForsaken(path: string): Promise<void> {
  const names = await readdir(homes()).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(`${pathKey(path)}-`))) {
    const home = join(homes(), name);
    const linkedFrom = await readFile(join(home, 'linked-from'), 'utf8').catch(() => undefined);
    if (linkedFrom === path) await rm(home, { recursive: true, force: true });
  }
}

const homes = () => join(ROOT_HOME, 'clusters');

function pathKey(path: string): string {
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 12);
  return `${basename(dirname(path))}-${digest}`.replace(/^\.+/, '');
}
