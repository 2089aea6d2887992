import { open } from 'node:fs/promises';
import { RolloutsError } from '../rollouts-error.ts';
import { inspectDqnReplay } from './dqn-replay.ts';
import { type ImportFormat, type InspectedImport } from './import-format.ts';
import { inspectMinari } from './minari.ts';
import { inspectNpz } from './npz.ts';

/**
 * Looks at a file of recorded play without reading it: its container, the names and sizes in it, the headers of its
 * arrays. It takes no more than a few megabytes and no Python; whatever passes may still be refused once it is read.
 * @throws RolloutsError naming the entry that is wrong
 */
export async function inspectImport(format: ImportFormat, path: string): Promise<InspectedImport> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size === 0) throw new RolloutsError('file: empty');
    const container = { file, size };
    switch (format) {
      case 'npz':
        return await inspectNpz(container);
      case 'minari':
        return await inspectMinari(container);
      case 'dqn-replay':
        return await inspectDqnReplay(container);
    }
  } finally {
    await file.close();
  }
}
