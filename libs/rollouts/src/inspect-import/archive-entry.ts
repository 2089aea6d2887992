import { type FileHandle } from 'node:fs/promises';
import { RolloutsError } from '../rollouts-error.ts';

/** An open file. */
export interface Container {
  file: FileHandle;
  size: number;
}

/** A plain file in an archive. */
export interface ArchiveEntry {
  /** Bytes when unpacked, as declared. */
  size: number;
  /** Its first bytes, as many as there are up to `count`. */
  head(count: number): Promise<Uint8Array>;
}

export interface Archive {
  entries: Map<string, ArchiveEntry>;
  /** False where the rest of a packed tar file was too much to look at. */
  whole: boolean;
}

const MAX_ENTRIES = 10_000;
/** Deflate reaches 1032; recorded play stays below 400 where nothing moves at all. */
const MAX_RATIO = 800;
const RATIO_FREE_BYTES = 16 * 2 ** 20;

/** Judges names and sizes as they are listed. */
export interface Names {
  /** @throws RolloutsError on a name that leads elsewhere */
  check(name: string): void;
  /** @throws RolloutsError on a second entry of the name, or one too many */
  add(name: string, entry: ArchiveEntry): void;
  entries: Map<string, ArchiveEntry>;
}

export function createNames(): Names {
  const entries = new Map<string, ArchiveEntry>();
  let seen = 0;
  return {
    entries,
    check(name) {
      if (++seen > MAX_ENTRIES) throw new RolloutsError(`archive: more than ${MAX_ENTRIES} entries`);
      const parts = name.split('/');
      if (/^\/|\\|\0|^[^/]*:(\/|$)/.test(name) || parts.includes('..')) {
        throw new RolloutsError(`${name}: a name that leads out of the archive`);
      }
    },
    add(name, entry) {
      if (entries.has(name)) throw new RolloutsError(`${name}: is in the archive twice`);
      entries.set(name, entry);
    },
  };
}

/** @throws RolloutsError where so few bytes cannot hold so much recorded play */
export function checkRatio(name: string, size: number, packed: number): void {
  if (size > RATIO_FREE_BYTES && size > MAX_RATIO * packed) {
    throw new RolloutsError(`${name}: ${packed} bytes unpack to ${size}: no recorded play packs so well`);
  }
}
