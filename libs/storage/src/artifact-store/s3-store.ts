import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type ArtifactStore } from './artifact-store.ts';
import { createFileStore } from './file-store.ts';
import { checkedHash, checkedId } from './names.ts';
import { openS3 } from './s3-client.ts';
import { type S3Copies, s3Copies } from './s3-copies.ts';
import { multipartStaging } from './s3-multipart.ts';
import { type S3Objects, s3Objects } from './s3-objects.ts';
import { type S3Place } from './store-url.ts';

const DOWNLOAD_LIFE_S = 15 * 60;

interface Context {
  objects: S3Objects;
  cache: ArtifactStore;
  copies: S3Copies;
  keyOf: (sha256: string) => string;
  stagingKey: (id: string) => string;
}

/**
 * Objects named by their sha256 in `objects/` of a bucket. S3 shows an object when all of it has arrived, so nobody meets half of
 * one; whatever is read here is a local copy, kept for the next time, whose hash was computed while it came.
 */
export function createS3Store(place: S3Place): ArtifactStore {
  const s3 = openS3(place);
  const { bucket, prefix, cacheBytes: maxBytes } = place;
  const objects = s3Objects(s3, bucket);
  const directory = place.cache ?? join(tmpdir(), `sobolev-artifacts-${nameOf(place)}`);
  const cache = createFileStore(directory);
  const keyOf = (sha256: string) => `${prefix}objects/${checkedHash(sha256).slice(0, 2)}/${sha256}`;
  const stagingKey = (id: string) => `${prefix}staging/${checkedId(id)}`;
  const copies = s3Copies({ objects, cache, directory, maxBytes, keyOf, stagingKey });
  const context = { objects, cache, copies, keyOf, stagingKey };
  return {
    ...storedObjects(context),
    ...stagingArea(context),
    discardOlderThan: async (moment) => {
      await objects.removeOlderThan(`${prefix}staging/`, moment);
      await cache.discardOlderThan(moment);
    },
    pieces: multipartStaging({ s3, bucket, keyOf: stagingKey, fetchStaged: copies.fetchStaged }),
    checkReady: async () => {
      const probe = stagingKey(`probe_${randomUUID()}`);
      await objects.writeBytes(probe, Buffer.from('probe'));
      await objects.remove(probe);
    },
  };
}

function storedObjects({ objects, cache, copies, keyOf }: Context) {
  return {
    put: async (bytes) => {
      const id = `put_${randomUUID()}`;
      const body = bytes instanceof Readable ? bytes : Readable.from([bytes]);
      const stored = await cache.stage(id, body, { maxBytes: Infinity });
      try {
        await objects.write(keyOf(stored.sha256), await cache.stagedPath(id));
        await cache.promote(id, stored.sha256);
      } finally {
        await cache.discard(id);
      }
      await copies.trim();
      return stored;
    },
    path: copies.path,
    read: async (sha256, range) => {
      await copies.path(sha256);
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
  } satisfies Partial<ArtifactStore>;
}

function stagingArea({ objects, cache, copies, keyOf, stagingKey }: Context) {
  return {
    stage: async (id, bytes, options) => {
      const stored = await cache.stage(id, bytes, options);
      try {
        await objects.write(stagingKey(id), await cache.stagedPath(id));
      } catch (error) {
        await cache.discard(id);
        throw error;
      }
      return stored;
    },
    stagedPath: copies.stagedPath,
    promote: async (id, sha256) => {
      await objects.copy(stagingKey(id), keyOf(sha256));
      await objects.remove(stagingKey(id));
      await cache.promote(id, sha256).catch(() => undefined);
    },
    discard: async (id) => {
      await Promise.all([objects.remove(stagingKey(id)), cache.discard(id)]);
    },
  } satisfies Partial<ArtifactStore>;
}

/** One directory of copies for each place. */
function nameOf({ bucket, prefix, endpoint = '' }: S3Place): string {
  return createHash('sha256').update([endpoint, bucket, prefix].join('\n')).digest('hex').slice(0, 16);
}
