import { readChunk } from './array-reader.ts';
import { type Frames, type Padding } from './frames.ts';
import { type GatherOptions, stackBytes, stackSources } from './gather.ts';
import { stackPixels } from './pixels.mjs';
import { type ArrayLayout, chunkBytes } from './zarr-array.ts';
import { type ZipReader } from './zip-reader.ts';

/** The frames of a rollouts file, decoded chunk by chunk as they are needed. */
export interface FrameStore {
  count: number;
  height: number;
  width: number;
  /** Frames in a chunk: whoever draws from few chunks at a time finds them in memory. */
  chunkLength: number;
  /** As `gatherObservations`. @throws RolloutsError naming the chunk that is corrupt */
  gather(indices: ArrayLike<number>, options: GatherOptions): Promise<Uint8Array>;
  /** As `gatherPixels`. @throws RolloutsError naming the chunk that is corrupt */
  gatherPixels(indices: ArrayLike<number>, stack: number): Promise<Float32Array>;
  close(): Promise<void>;
}

interface StoreOptions {
  /** Of decoded chunks that are kept, those used last. */
  cacheBytes: number;
  firstOfEpisode: Int32Array;
  padding: Padding;
}

/** Memory: the cache, one chunk, and the frames of one batch. */
export function createFrameStore(
  zip: ZipReader & { close(): Promise<void> },
  layout: ArrayLayout,
  { cacheBytes, firstOfEpisode, padding }: StoreOptions,
): FrameStore {
  const [height = 0, width = 0] = layout.itemShape;
  const { length: count, chunkLength } = layout;
  const size = height * width;
  const capacity = Math.floor(cacheBytes / chunkBytes(layout));
  const cached = createCache(capacity, (index) => readChunk(zip, layout, index));

  /** Of gatherings that are done. */
  const scratch: Uint8Array[] = [];

  /** The distinct frames of a batch in one place, blank frames last, and where each of its sources is there. */
  async function collect(sources: Int32Array): Promise<{ data: Uint8Array; places: Int32Array }> {
    const wanted = [...new Set(sources)].filter((frame) => frame < count).sort((a, b) => a - b);
    const places = new Map(wanted.map((frame, place) => [frame, place]));
    const bytes = (wanted.length + 1) * size;
    const kept = scratch.findIndex(({ length }) => length >= bytes);
    const data = kept < 0 ? new Uint8Array(bytes) : scratch.splice(kept, 1)[0]!;
    data.fill(0, wanted.length * size, bytes);
    for (let place = 0; place < wanted.length;) {
      const index = Math.floor(wanted[place]! / chunkLength);
      const chunk = await cached(index);
      for (; place < wanted.length && Math.floor(wanted[place]! / chunkLength) === index; place++) {
        const from = (wanted[place]! - index * chunkLength) * size;
        data.set(chunk.subarray(from, from + size), place * size);
      }
    }
    return { data, places: sources.map((frame) => places.get(frame) ?? wanted.length) };
  }

  const table: Pick<Frames, 'count' | 'firstOfEpisode' | 'padding'> = { count, firstOfEpisode, padding };
  return {
    count,
    height,
    width,
    chunkLength,
    async gather(indices, { stack, order, into = new Uint8Array(indices.length * size * stack) }) {
      const { data, places } = await collect(stackSources(table, indices, stack));
      if (order === 'newest_first') {
        for (let b = 0; b < places.length; b += stack) places.subarray(b, b + stack).reverse();
      }
      stackBytes({ data, height, width }, places, { stack, into });
      scratch.push(data);
      return into;
    },
    async gatherPixels(indices, stack) {
      const { data, places } = await collect(stackSources(table, indices, stack));
      const pixels = new Float32Array(indices.length * size * stack);
      stackPixels(data, { size, stack }, places, pixels);
      scratch.push(data);
      return pixels;
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
