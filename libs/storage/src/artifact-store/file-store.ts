import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { ArtifactCorruptError } from '../errors.ts';
import { appendedStaging } from './appended-staging.ts';
import { type ArtifactStore } from './artifact-store.ts';
import { type Stored } from './stored.ts';
import { flushDirectory, hashFile, writeHashed } from './hashed-file.ts';
import { checkedHash, checkedId } from './names.ts';
import { writing } from './writing.ts';

/** Files up to this size are read and hashed before they are handed out for the first time. */
const VERIFIED_BYTES = 64 * 1024 * 1024;
/** Larger than Node's own: a download at the rate of a disk. */
const READ_AT_ONCE = 512 * 1024;

/**
 * Files named by their sha256 in `objects/`, written in `staging/` and renamed when they are complete and flushed, so
 * that a reader never meets half a file.
 */
export function createFileStore(root: string): ArtifactStore {
  const verified = new Map<string, string>();
  const staging = join(root, 'staging');
  const objectPath = (sha256: string) => join(root, 'objects', checkedHash(sha256).slice(0, 2), sha256);
  const stagedPath = (id: string) => join(staging, checkedId(id));

  const stage = (id: string, bytes: Readable, maxBytes: number): Promise<Stored> =>
    writing(async () => {
      await mkdir(staging, { recursive: true });
      return writeHashed(stagedPath(id), bytes, maxBytes);
    });
  const promote = (id: string, sha256: string) =>
    writing(async () => {
      const target = objectPath(sha256);
      await mkdir(dirname(target), { recursive: true });
      // Stored now, whenever it was staged: `delete` goes by this.
      await utimes(stagedPath(id), new Date(), new Date());
      await rename(stagedPath(id), target);
      await flushDirectory(dirname(target));
    });
  const path = async (sha256: string) => {
    const file = objectPath(sha256);
    const { size, mtimeMs } = await stat(file);
    const version = `${size} ${mtimeMs}`;
    if (size <= VERIFIED_BYTES && verified.get(sha256) !== version) {
      if ((await hashFile(file)) !== sha256) throw new ArtifactCorruptError(sha256);
      verified.set(sha256, version);
    }
    return file;
  };
  return {
    stage: (id, bytes, { maxBytes }) => stage(id, bytes, maxBytes),
    stagedPath: async (id) => {
      await access(stagedPath(id));
      return stagedPath(id);
    },
    promote,
    path,
    put: async (bytes) => {
      const id = `put_${randomUUID()}`;
      const stored = await stage(id, bytes instanceof Readable ? bytes : Readable.from([bytes]), Infinity);
      await promote(id, stored.sha256);
      return stored;
    },
    read: async (sha256, range) => createReadStream(await path(sha256), { ...range, highWaterMark: READ_AT_ONCE }),
    downloadUrl: () => Promise.resolve(undefined),
    has: (sha256) => exists(objectPath(sha256)),
    delete: async (sha256, { untouchedForMs = 0 } = {}) => {
      await removeUntouched(objectPath(sha256), untouchedForMs);
      verified.delete(sha256);
    },
    discard: (id) => rm(stagedPath(id), { force: true }),
    discardOlderThan: (moment) => removeOlderThan(staging, moment),
    pieces: appendedStaging(staging),
    checkReady: async () => {
      const probe = `probe_${randomUUID()}`;
      await stage(probe, Readable.from([Buffer.from('probe')]), Infinity);
      await rm(stagedPath(probe), { force: true });
    },
  };
}

async function removeOlderThan(directory: string, moment: Date): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const file of names.map((name) => join(directory, name))) {
    const touchedAt = await stat(file).then(
      ({ mtime }) => mtime,
      () => moment,
    );
    if (touchedAt < moment) await rm(file, { force: true });
  }
}

async function removeUntouched(file: string, forMs: number): Promise<void> {
  const touchedAt = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity,
  );
  if (Date.now() - touchedAt >= forMs) await rm(file, { force: true });
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
