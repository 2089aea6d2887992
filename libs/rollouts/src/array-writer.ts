import { encodeChunk } from './chunk-codec.ts';
import { type ArrayLayout, chunkBytes, chunkName, encodeArrayMetadata } from './zarr-array.ts';
import { type ZipWriter } from './zip-writer.ts';

export interface ArrayWriter {
  /** Appends whole items, as their little-endian bytes. */
  append(items: ArrayBufferView): Promise<void>;
  /** Writes the last chunk, padded with zeros, and the array's zarr.json. */
  finish(): Promise<void>;
}

/** Writes one growing array chunk by chunk: memory holds one chunk, however long the array. */
export function createArrayWriter(zip: ZipWriter, layout: Omit<ArrayLayout, 'length'>): ArrayWriter {
  const chunk = new Uint8Array(chunkBytes({ ...layout, length: 0 }));
  const itemBytes = chunk.length / layout.chunkLength;
  let filled = 0;
  let chunks = 0;

  async function flush(): Promise<void> {
    await zip.add(chunkName(layout, chunks), await encodeChunk(chunk.fill(0, filled)));
    chunks += 1;
    filled = 0;
  }

  return {
    async append(items) {
      const bytes = new Uint8Array(items.buffer, items.byteOffset, items.byteLength);
      for (let from = 0; from < bytes.length;) {
        const part = bytes.subarray(from, from + chunk.length - filled);
        chunk.set(part, filled);
        filled += part.length;
        from += part.length;
        if (filled === chunk.length) await flush();
      }
    },
    async finish() {
      const length = chunks * layout.chunkLength + filled / itemBytes;
      if (filled > 0) await flush();
      await zip.add(`${layout.name}/zarr.json`, encodeArrayMetadata({ ...layout, length }));
    },
  };
}
