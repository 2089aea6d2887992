import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { RolloutsError } from './rollouts-error.ts';

const STORED = 0;
const MAX_ENTRIES = 1_000_000;

export interface ZipReader {
  entryCount: number;
  has(name: string): boolean;
  /** The entry's bytes. @throws RolloutsError when it is missing, too large, cut short, or differs from its checksum */
  read(name: string, maxBytes: number): Promise<Uint8Array>;
  /** Where in the file the bytes of an entry are that has been read. @throws RolloutsError when it is missing */
  locate(name: string): Promise<EntryPlace>;
}

/** `size` stored bytes from `start` on, and what their CRC-32 must be. */
export interface EntryPlace {
  start: number;
  size: number;
  crc32: number;
}

/** Opens the zip file at `path` for as long as `use` runs. @throws RolloutsError when it is no whole zip file */
export async function withZip<T>(path: string, use: (zip: ZipReader) => Promise<T>): Promise<T> {
  const zip = await openZip(path);
  try {
    return await use(zip);
  } finally {
    await zip.close();
  }
}

/** Opens the zip file at `path`; the caller closes it. @throws RolloutsError when it is no whole zip file */
export async function openZip(path: string): Promise<ZipReader & { close(): Promise<void> }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const zip = await naming('zip file', yauzl.fromFdPromise(file.fd, { lazyEntries: true, autoClose: false }));
    const entries = await listEntries(zip);
    return {
      entryCount: entries.size,
      has: (name) => entries.has(name),
      read: (name, maxBytes) => readEntry({ file, size, zip, entry: entries.get(name), name, maxBytes }),
      locate: (name) => locate(zip, entries.get(name), name),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES) throw new RolloutsError(`zip file: ${zip.entryCount} entries are too many`);
  const entries = new Map<string, Entry>();
  const read = async () => {
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
  };
  await naming('zip file', read());
  return entries;
}

interface EntryToRead {
  file: FileHandle;
  size: number;
  zip: ZipFile;
  entry: Entry | undefined;
  name: string;
  maxBytes: number;
}

async function readEntry({ file, size, zip, entry, name, maxBytes }: EntryToRead): Promise<Uint8Array> {
  if (!entry) throw new RolloutsError(`${name}: missing`);
  if (entry.compressionMethod !== STORED || entry.isEncrypted()) {
    throw new RolloutsError(`${name}: only stored zip entries are read, its chunks are compressed already`);
  }
  if (entry.compressedSize > maxBytes) throw new RolloutsError(`${name}: ${entry.compressedSize} bytes are too many`);
  const { start: fileDataStart } = await locate(zip, entry, name);
  // Before the allocation: the declared size is not to be trusted.
  if (fileDataStart + entry.compressedSize > size) throw new RolloutsError(`${name}: ends after the end of the file`);
  const bytes = Buffer.allocUnsafeSlow(entry.compressedSize);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, fileDataStart);
  if (bytesRead !== bytes.length) throw new RolloutsError(`${name}: cut short`);
  if (crc32(bytes) !== entry.crc32) throw new RolloutsError(`${name}: corrupt, its checksum differs`);
  return bytes;
}

async function locate(zip: ZipFile, entry: Entry | undefined, name: string): Promise<EntryPlace> {
  if (!entry) throw new RolloutsError(`${name}: missing`);
  const { fileDataStart } = await naming(name, zip.readLocalFileHeaderPromise(entry, { minimal: true }));
  return { start: fileDataStart, size: entry.compressedSize, crc32: entry.crc32 };
}

/** Puts the name of the part before the message of whatever goes wrong in it, where it is not there yet. */
export async function naming<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof RolloutsError) throw cause;
    throw new RolloutsError(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
