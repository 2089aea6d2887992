import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Entries of a file that is being made, each a file of its own in one directory: what was put there outlives its writer. */
export interface Parts {
  has(name: string): boolean;
  read(name: string): Promise<Uint8Array>;
  /** The part is there whole or not at all, whenever the machine stops. */
  put(name: string, content: Uint8Array | string): Promise<void>;
  remove(): Promise<void>;
}

/** Parts in `directory`, those of an earlier writer of the same `identity` or none: others are removed. */
export async function openParts(directory: string, identity: string): Promise<Parts> {
  const parts = partsIn(directory);
  if (parts.has('identity') && String(Buffer.from(await parts.read('identity'))) === identity) return parts;
  await parts.remove();
  await mkdir(directory, { recursive: true });
  await parts.put('identity', identity);
  return parts;
}

function partsIn(directory: string): Parts {
  const pathOf = (name: string) => join(directory, name.replaceAll('/', '.'));
  return {
    has: (name) => existsSync(pathOf(name)),
    read: (name) => readFile(pathOf(name)),
    async put(name, content) {
      const path = pathOf(name);
      await writeThrough(`${path}.new`, content);
      await rename(`${path}.new`, path);
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Onto the disk before the rename: otherwise a name may outlive a power cut that its bytes did not. */
async function writeThrough(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}
