import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { type Readable } from 'node:stream';
import { TooManyBytesError } from '../errors.ts';
import { type Stored } from './stored.ts';

/** Writes and flushes a stream, hashing it on the way; leaves no file behind when it throws. */
export async function writeHashed(file: string, bytes: Readable, maxBytes: number): Promise<Stored> {
  const hash = createHash('sha256');
  let length = 0;
  const handle = await open(file, 'wx');
  try {
    // Not destroyed on a throw: a request must live on to be answered.
    for await (const chunk of bytes.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      length += chunk.byteLength;
      if (length > maxBytes) throw new TooManyBytesError(maxBytes);
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => undefined);
    // Where it cannot be removed either, what went wrong first is the reason.
    await rm(file, { force: true }).catch(() => undefined);
    throw error;
  }
  return { sha256: hash.digest('hex'), bytes: length };
}

/** sha256 of a file, in hexadecimal. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 ** 2 })) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** A rename survives a crash only once its directory is flushed. */
export async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
