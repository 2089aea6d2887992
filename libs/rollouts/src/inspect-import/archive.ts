import { type FileHandle } from 'node:fs/promises';
import { RolloutsError } from '../rollouts-error.ts';
import { listTar } from './tar.ts';
import { listZip } from './zip.ts';

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

const ZIP_MAGIC = 'PK';
const GZIP_MAGIC = '\x1f\x8b';
const MAX_ENTRIES = 10_000;
/** Deflate reaches 1032; recorded play stays below 400 where nothing moves at all. */
const MAX_RATIO = 800;
const RATIO_FREE_BYTES = 16 * 2 ** 20;

/** The first bytes of a file, as latin1. */
export async function signature({ file }: Container, count: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
  return buffer.subarray(0, bytesRead).toString('latin1');
}

/** Lists a zip, tar or tar.gz; `wanted` are the entries whose head will be asked for. @throws RolloutsError naming the entry */
export async function listArchive(container: Container, wanted: (name: string) => boolean): Promise<Archive> {
  const magic = await signature(container, 2);
  const names = createNames();
  if (magic === ZIP_MAGIC) return { entries: await listZip(container, names), whole: true };
  return listTar(container, { names, wanted, packed: magic === GZIP_MAGIC });
}

/** Judges names and sizes as they are listed. */
export interface Names {
  /** @throws RolloutsError on a name that leads elsewhere */
  check(name: string): void;
  /** @throws RolloutsError on a second entry of the name, or one too many */
  add(name: string, entry: ArchiveEntry): void;
  entries: Map<string, ArchiveEntry>;
}

function createNames(): Names {
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
