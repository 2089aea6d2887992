import { readChunk } from './array-reader.ts';
import { type FrameTable, type Padding } from './frames.ts';
import { type ArrayLayout, chunkBytes, chunkName } from './zarr-array.ts';
import { type EntryPlace, type ZipReader } from './zip-reader.ts';

/** The frames of a rollouts file, decoded chunk by chunk as they are needed. */
export interface FrameStore extends FrameTable {
  /** Frames in a chunk: whoever draws from few chunks at a time decodes few. */
  chunkLength: number;
  /**
   * Writes the frames `wanted`, which ascend, one after the other.
   * @param into at least [wanted, height, width]
   * @throws RolloutsError naming the chunk that is corrupt
   */
  read(wanted: Int32Array, into: Uint8Array): Promise<void>;
  /** Where the packed bytes of a chunk are, for a thread that reads them itself. */
  locate(chunk: number): Promise<PackedChunk>;
  close(): Promise<void>;
}

/** A chunk as it lies in its file. */
export interface PackedChunk extends EntryPlace {
  path: string;
  name: string;
  /** Its size when it is decoded. */
  bytes: number;
}

interface StoreOptions {
  path: string;
  /** Of decoded chunks that are kept, those used last. */
  cacheBytes: number;
  firstOfEpisode: Int32Array;
  padding: Padding;
}

/** Memory: the cache, one chunk, and 4 bytes a frame. */
export function createFrameStore(
  zip: ZipReader & { close(): Promise<void> },
  layout: ArrayLayout,
  { path, cacheBytes, firstOfEpisode, padding }: StoreOptions,
): FrameStore {
  const [height = 0, width = 0] = layout.itemShape;
  const { length: count, chunkLength } = layout;
  const size = height * width;
  const bytes = chunkBytes(layout);
  const cached = createCache(Math.floor(cacheBytes / bytes), (index) => readChunk(zip, layout, index));
  return {
    count,
    height,
    width,
    firstOfEpisode,
    padding,
    chunkLength,
    async read(wanted, into) {
      const chunkOf = (place: number) => Math.floor(wanted[place]! / chunkLength);
      for (let place = 0; place < wanted.length;) {
        const index = chunkOf(place);
        const chunk = await cached(index);
        for (; place < wanted.length && chunkOf(place) === index; place++) {
          const from = (wanted[place]! - index * chunkLength) * size;
          into.set(chunk.subarray(from, from + size), place * size);
        }
      }
    },
    async locate(index) {
      const name = chunkName(layout, index);
      return { path, name, bytes, ...(await zip.locate(name)) };
    },
    close: () => zip.close(),
  };
}

/** The chunks used last, `capacity` of them; two who ask for one at the same time wait for one reading. */
function createCache(capacity: number, read: (index: number) => Promise<Uint8Array>) {
  const chunks = new Map<number, Promise<Uint8Array>>();
  return (index: number): Promise<Uint8Array> => {
    const chunk = chunks.get(index) ?? read(index);
    // Last in the map is who was used last.
    chunks.delete(index);
    if (capacity > 0) chunks.set(index, chunk);
    chunk.catch(() => chunks.delete(index));
    if (chunks.size > capacity) chunks.delete(chunks.keys().next().value!);
    return chunk;
  };
}
