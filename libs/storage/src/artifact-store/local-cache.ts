import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A copy that was used this recently may be about to be opened. */
const SPARED_MS = 3_600_000;

/** Removes the copies that were not used for the longest time, until the others are no more than `maxBytes`. */
export async function trimCache(directory: string, maxBytes: number): Promise<void> {
  const files = await copies(join(directory, 'objects'));
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size, usedAt } of files.sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= maxBytes || Date.now() - usedAt < SPARED_MS) return;
    await rm(path, { force: true });
    total -= size;
  }
}

async function copies(directory: string) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(
    files.map((path) =>
      stat(path).then(
        ({ size, atimeMs, mtimeMs }) => [{ path, size, usedAt: Math.max(atimeMs, mtimeMs) }],
        () => [],
      ),
    ),
  );
  return found.flat();
}
