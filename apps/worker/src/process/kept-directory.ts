import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ArtifactStore, type NewCheckpoint } from '@distiller/storage';

/** A directory of work in progress that checkpoints carry to whichever machine goes on. */
export interface KeptDirectory {
  /** Its files as they stand now, in the artifact store. Those that did not change since the last call are not read again. */
  save(): Promise<NewCheckpoint['files']>;
}

/**
 * Makes the directory what the checkpoint says: files of a later moment, left by a process that died here, go.
 * @param paths of the checkpoint's files by their names, which are paths in the directory
 */
export async function keepDirectory(
  directory: string,
  store: ArtifactStore,
  paths: Record<string, string> = {},
): Promise<KeptDirectory> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const [name, path] of Object.entries(paths)) {
    const target = join(directory, name);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(path, target);
  }
  const known = new Map<string, { stamp: string; file: NewCheckpoint['files'][number] }>();
  return {
    async save() {
      const files = [];
      for (const name of await fileNames(directory)) {
        const { size, mtimeMs } = await stat(join(directory, name));
        const stamp = `${size} ${mtimeMs}`;
        let entry = known.get(name);
        if (entry?.stamp !== stamp) {
          entry = { stamp, file: { name, ...(await store.put(createReadStream(join(directory, name)))) } };
          known.set(name, entry);
        }
        files.push(entry.file);
      }
      return files;
    },
  };
}

/** Paths in the directory; what is being written has another name until it is whole. */
async function fileNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.(partial|new)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}
