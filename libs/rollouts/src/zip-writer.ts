import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { directoryRecord, endOfDirectory, localHeader, type StoredEntry } from './zip-format.ts';

export interface ZipWriter {
  /** Appends an entry, stored as it is; nothing of its content is kept in memory. */
  add(name: string, content: Uint8Array | string): Promise<void>;
  /** Writes the directory and flushes the file to disk. */
  finish(): Promise<{ sha256: string; bytes: number }>;
  /** Closes the unfinished file. */
  abort(): Promise<void>;
}

/** Directory records that are written at once. */
const RECORDS = 4096;

/** A new zip file at `path`, written front to back: byte-identical for identical entries. */
export async function createZipWriter(path: string): Promise<ZipWriter> {
  const file = await open(path, 'w');
  const hash = createHash('sha256');
  const entries: StoredEntry[] = [];
  let bytes = 0;
  const write = async (...parts: Uint8Array[]) => {
    for (const part of parts) {
      hash.update(part);
      bytes += part.length;
      await file.appendFile(part);
    }
  };

  return {
    async add(name, content) {
      const data = typeof content === 'string' ? Buffer.from(content) : content;
      const entry = { name, crc32: crc32(data), size: data.length, offset: bytes };
      entries.push(entry);
      await write(localHeader(entry), data);
    },
    async finish() {
      const start = bytes;
      for (let from = 0; from < entries.length; from += RECORDS) {
        await write(Buffer.concat(entries.slice(from, from + RECORDS).map(directoryRecord)));
      }
      await write(endOfDirectory({ count: entries.length, start, size: bytes - start }));
      await file.sync();
      await file.close();
      return { sha256: hash.digest('hex'), bytes };
    },
    abort: () => file.close(),
  };
}
