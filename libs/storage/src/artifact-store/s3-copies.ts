import { randomUUID } from 'node:crypto';
import { ArtifactCorruptError } from '../errors.ts';
import { type ArtifactStore } from './artifact-store.ts';
import { type Stored } from './stored.ts';
import { trimCache } from './local-cache.ts';
import { type S3Objects } from './s3-objects.ts';

interface Context {
  objects: S3Objects;
  /** The local store that holds the copies, and where it is. */
  cache: ArtifactStore;
  directory: string;
  maxBytes: number;
  keyOf: (sha256: string) => string;
  stagingKey: (id: string) => string;
}

export type S3Copies = ReturnType<typeof s3Copies>;

/** Local copies of objects; the hash of each was computed while it came. */
export function s3Copies({ objects, cache, directory, maxBytes, keyOf, stagingKey }: Context) {
  const trim = () => trimCache(directory, maxBytes);
  const fetchObject = async (sha256: string): Promise<void> => {
    const body = await objects.read(keyOf(sha256));
    const id = `get_${randomUUID()}`;
    const stored = await cache.stage(id, body, { maxBytes: Infinity });
    if (stored.sha256 !== sha256) {
      await cache.discard(id);
      throw new ArtifactCorruptError(sha256);
    }
    await cache.promote(id, sha256);
    await trim();
  };
  /** Into the local staging area. @throws ENOENT */
  const fetchStaged = async (id: string): Promise<Stored> => {
    const body = await objects.read(stagingKey(id));
    await cache.discard(id);
    return cache.stage(id, body, { maxBytes: Infinity });
  };
  return {
    trim,
    fetchStaged,
    path: async (sha256: string): Promise<string> => {
      if (!(await cache.has(sha256))) await fetchObject(sha256);
      return cache.path(sha256).catch(async (error: unknown) => {
        // Damaged here, which does not say that it is damaged there.
        if (!(error instanceof ArtifactCorruptError)) throw error;
        await cache.delete(sha256);
        await fetchObject(sha256);
        return cache.path(sha256);
      });
    },
    stagedPath: async (id: string): Promise<string> => {
      const local = await cache.stagedPath(id).catch(() => undefined);
      // What another process has taken away is gone, whatever lies here.
      if (local !== undefined && (await objects.has(stagingKey(id)))) return local;
      await fetchStaged(id);
      return cache.stagedPath(id);
    },
  };
}
