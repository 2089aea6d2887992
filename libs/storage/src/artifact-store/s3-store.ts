import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ArtifactCorruptError } from '../errors.ts';
import { type ArtifactStore, type Stored } from './artifact-store.ts';
import { createFileStore } from './file-store.ts';
import { trimCache } from './local-cache.ts';
import { checkedHash, checkedId } from './names.ts';
import { openS3 } from './s3-client.ts';
import { multipartStaging } from './s3-multipart.ts';
import { s3Objects } from './s3-objects.ts';
import { type S3Place } from './store-url.ts';

const DOWNLOAD_LIFE_S = 15 * 60;

/**
 * Objects named by their sha256 in `objects/` of a bucket. S3 shows an object when all of it has arrived, so nobody meets half of
 * one; whatever is read here is a local copy, kept for the next time, whose hash was computed while it came.
 */
export function createS3Store(place: S3Place): ArtifactStore {
  const s3 = openS3(place);
  const objects = s3Objects(s3, place.bucket);
  const directory = place.cache ?? join(tmpdir(), `sobolev-artifacts-${nameOf(place)}`);
  const cache = createFileStore(directory);
  const keyOf = (sha256: string) => `${place.prefix}objects/${checkedHash(sha256).slice(0, 2)}/${sha256}`;
  const stagingKey = (id: string) => `${place.prefix}staging/${checkedId(id)}`;

  /** Into the local staging area. @throws ENOENT */
  const fetchStaged = async (id: string): Promise<Stored> => {
    const body = await objects.read(stagingKey(id));
    await cache.discard(id);
    return cache.stage(id, body, { maxBytes: Infinity });
  };
  const fetchObject = async (sha256: string): Promise<void> => {
    const body = await objects.read(keyOf(sha256));
    const id = `get_${randomUUID()}`;
    const stored = await cache.stage(id, body, { maxBytes: Infinity });
    if (stored.sha256 !== sha256) {
      await cache.discard(id);
      throw new ArtifactCorruptError(sha256);
    }
    await cache.promote(id, sha256);
    await trimCache(directory, place.cacheBytes);
  };
  const path = async (sha256: string): Promise<string> => {
    // A copy is no proof that the artifact still is: it may have been deleted elsewhere.
    if (!(await cache.has(sha256))) await fetchObject(sha256);
    return cache.path(sha256).catch(async (error: unknown) => {
      // Damaged here, which does not say that it is damaged there.
      if (!(error instanceof ArtifactCorruptError)) throw error;
      await cache.delete(sha256);
      await fetchObject(sha256);
      return cache.path(sha256);
    });
  };
  /** To S3 and, when that has succeeded, among the local copies. */
  const sendStaged = async (id: string, key: string): Promise<void> => {
    await objects.write(key, await cache.stagedPath(id));
  };
  return {
    put: async (bytes) => {
      const id = `put_${randomUUID()}`;
      const body = bytes instanceof Readable ? bytes : Readable.from([bytes]);
      const stored = await cache.stage(id, body, { maxBytes: Infinity });
      try {
        await sendStaged(id, keyOf(stored.sha256));
        await cache.promote(id, stored.sha256);
      } finally {
        await cache.discard(id);
      }
      await trimCache(directory, place.cacheBytes);
      return stored;
    },
    path,
    read: async (sha256, range) => {
      await path(sha256);
      return cache.read(sha256, range);
    },
    downloadUrl: async (sha256, label) => {
      await objects.head(keyOf(sha256));
      return objects.signedUrl(keyOf(sha256), label, DOWNLOAD_LIFE_S);
    },
    has: (sha256) => objects.has(keyOf(sha256)),
    delete: async (sha256, { untouchedForMs = 0 } = {}) => {
      const touchedAt = await objects.touchedAt(keyOf(sha256));
      if (touchedAt === undefined || Date.now() - touchedAt < untouchedForMs) return;
      await objects.remove(keyOf(sha256));
      await cache.delete(sha256);
    },
    stage: async (id, bytes, options) => {
      const stored = await cache.stage(id, bytes, options);
      try {
        await sendStaged(id, stagingKey(id));
      } catch (error) {
        await cache.discard(id);
        throw error;
      }
      return stored;
    },
    stagedPath: async (id) => {
      const local = await cache.stagedPath(id).catch(() => undefined);
      // What another process has taken away is gone, whatever lies here.
      if (local !== undefined && (await objects.has(stagingKey(id)))) return local;
      await fetchStaged(id);
      return cache.stagedPath(id);
    },
    promote: async (id, sha256) => {
      await objects.copy(stagingKey(id), keyOf(sha256));
      await objects.remove(stagingKey(id));
      await cache.promote(id, sha256).catch(() => undefined);
    },
    discard: async (id) => {
      await Promise.all([objects.remove(stagingKey(id)), cache.discard(id)]);
    },
    discardOlderThan: async (moment) => {
      await objects.removeOlderThan(`${place.prefix}staging/`, moment);
      await cache.discardOlderThan(moment);
    },
    pieces: multipartStaging({ s3, bucket: place.bucket, keyOf: stagingKey, fetchStaged }),
    checkReady: async () => {
      const probe = `probe_${randomUUID()}`;
      await objects.writeBytes(stagingKey(probe), Buffer.from('probe'));
      await objects.remove(stagingKey(probe));
    },
  };
}

/** One directory of copies for each place. */
function nameOf({ bucket, prefix, endpoint = '' }: S3Place): string {
  return createHash('sha256').update([endpoint, bucket, prefix].join('\n')).digest('hex').slice(0, 16);
}
