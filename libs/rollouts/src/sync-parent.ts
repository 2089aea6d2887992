import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes what was created or renamed in the directory of `path` survive a crash of the machine. */
export async function syncParent(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
