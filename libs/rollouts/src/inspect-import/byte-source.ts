import { type Readable } from 'node:stream';
import { type Container } from './archive-entry.ts';

/** Bytes read front to back. */
export interface ByteSource {
  position: number;
  /** Fewer only at the end. */
  read(count: number): Promise<Uint8Array>;
  skip(count: number): Promise<void>;
  close(): void;
}

export function fileSource({ file }: Container): ByteSource {
  const source: ByteSource = {
    position: 0,
    async read(count) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, source.position);
      source.position += bytesRead;
      return buffer.subarray(0, bytesRead);
    },
    skip(count) {
      source.position += count;
      return Promise.resolve();
    },
    close() {},
  };
  return source;
}

export function streamSource(stream: Readable): ByteSource {
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let left: Buffer = Buffer.alloc(0);
  /** Hands over pieces of up to `count` bytes in all. */
  const take = async (count: number, use: (piece: Buffer) => void) => {
    for (let wanted = count; wanted > 0;) {
      if (left.length === 0) {
        const next = await pieces.next();
        if (next.done) return;
        left = next.value;
      }
      const piece = left.subarray(0, wanted);
      left = left.subarray(piece.length);
      wanted -= piece.length;
      source.position += piece.length;
      use(piece);
    }
  };
  const source: ByteSource = {
    position: 0,
    async read(count) {
      const kept: Buffer[] = [];
      await take(count, (piece) => kept.push(piece));
      return Buffer.concat(kept);
    },
    skip: (count) => take(count, () => {}),
    close: () => stream.destroy(),
  };
  return source;
}
