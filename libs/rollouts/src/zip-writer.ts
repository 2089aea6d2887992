import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { type PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** The same entries make the same bytes at any time and anywhere: one date for all, in the local time that zip writes. */
const entryOptions = () => ({
  mtime: new Date(1981, 0, 1),
  forceDosTimestamp: true,
  mode: 0o100644,
  compress: false,
});

export interface ZipWriter {
  /** Appends an entry, stored as it is; resolves when the stream has room for more. */
  add(name: string, content: Uint8Array | string): Promise<void>;
  /** Writes the directory and flushes the file to disk. */
  finish(): Promise<{ sha256: string; bytes: number }>;
  /** Closes the unfinished file. */
  abort(): Promise<void>;
}

/** A new zip file at `path`, written front to back: byte-identical for identical entries. */
export async function createZipWriter(path: string): Promise<ZipWriter> {
  const file = (await open(path, 'w')).createWriteStream({ flush: true });
  const zip = new ZipFile();
  const output = zip.outputStream as PassThrough;
  const digest = createDigest();
  const written = pipeline(output, (source) => digest.tap(source), file);
  // The failure is reported by add() and finish(); unheard in between, it would end the process.
  written.catch(() => {});

  return {
    async add(name, content) {
      zip.addBuffer(Buffer.from(content as Uint8Array), name, entryOptions());
      if (output.writableNeedDrain) await Promise.race([once(output, 'drain'), written]);
    },
    async finish() {
      zip.end();
      await written;
      return digest.result();
    },
    async abort() {
      output.destroy();
      await written.catch(() => {});
      if (!file.closed) await new Promise<void>((resolve) => file.once('close', () => resolve()));
    },
  };
}

function createDigest() {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async *tap(source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    result: () => ({ sha256: hash.digest('hex'), bytes }),
  };
}
