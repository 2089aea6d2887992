import { createHash } from 'node:crypto';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable } from 'node:stream';
import { ChecksumError, TooManyBytesError } from '../errors.ts';
import { hashFile } from './hashed-file.ts';
import { checkedId } from './names.ts';
import { type AppendedStaging, type Piece } from './pieces.ts';
import { writing } from './writing.ts';

/** Files in a directory that grow piece by piece; how long one is says how much of it has come. */
export function appendedStaging(directory: string): AppendedStaging {
  const pathOf = (id: string) => join(directory, checkedId(id));
  return {
    kind: 'appended',
    length: (id) => lengthOf(pathOf(id)),
    append: (id, bytes, piece) =>
      writing(async () => {
        await mkdir(directory, { recursive: true });
        return append(pathOf(id), bytes, piece);
      }),
    finish: async (id) => {
      await append(pathOf(id), [], { offset: await lengthOf(pathOf(id)), maxBytes: Infinity });
      return { sha256: await hashFile(pathOf(id)), bytes: await lengthOf(pathOf(id)) };
    },
  };
}

async function lengthOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0;
      throw error;
    },
  );
}

/** Appends and flushes: whatever length is told survives a crash. */
async function append(
  file: string,
  bytes: Readable | Uint8Array[],
  { offset, maxBytes, checksum }: Piece,
): Promise<number> {
  const handle = await open(file, 'a');
  const hash = checksum && createHash(checksum.algorithm);
  let length = offset;
  try {
    for await (const chunk of chunks(bytes)) {
      length += chunk.byteLength;
      if (length > maxBytes) throw new TooManyBytesError(maxBytes);
      hash?.update(chunk);
      await handle.writeFile(chunk);
    }
    if (hash && hash.digest('base64') !== checksum.base64) throw new ChecksumError(checksum.algorithm);
  } catch (error) {
    if (checksum || error instanceof TooManyBytesError) await handle.truncate(offset);
    throw error;
  } finally {
    await handle.sync();
    await handle.close();
  }
  return length;
}

/** Not destroyed on a throw: a request must live on to be answered. */
function chunks(bytes: Readable | Uint8Array[]): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return Array.isArray(bytes) ? bytes : (bytes.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>);
}
