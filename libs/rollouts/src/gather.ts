import { type Frames, type FrameTable } from './frames.ts';
import { stackPixels } from './pixels.mjs';

export interface GatherOptions {
  /** Frames in one observation. */
  stack: number;
  /** Of the frames in the last axis; oldest first unless told. */
  order?: 'oldest_first' | 'newest_first';
  /** Where to write, in ordinary or shared memory; allocated when it is left out. */
  into?: Uint8Array;
}

/**
 * Stacks the observations that end in the frames `indices`: `stack` frames. A stack never reaches across the start of its
 * episode: there stand blank frames, as in ALE's vector environment, or the episode's first again, as `frames.padding` says.
 * @returns [B, H, W, stack] uint8
 * @throws RangeError when there is no such frame or `into` has another size
 */
export function gatherObservations(
  frames: Frames,
  indices: ArrayLike<number>,
  { stack, order, into }: GatherOptions,
): Uint8Array {
  const size = frames.height * frames.width * stack;
  const observations = into ?? new Uint8Array(indices.length * size);
  if (observations.length !== indices.length * size) {
    throw new RangeError(
      `${indices.length} observations take ${indices.length * size} bytes, not ${observations.length}.`,
    );
  }
  const all = stackSources(frames, indices, stack);
  if (order === 'newest_first') for (let b = 0; b < all.length; b += stack) all.subarray(b, b + stack).reverse();
  stackBytes(frames, all, { stack, into: observations });
  return observations;
}

/** Puts frames together as observations: sources [B, stack] into [B, H, W, stack] uint8. */
function stackBytes(
  images: Images,
  all: Int32Array,
  { stack, into: observations }: { stack: number; into: Uint8Array },
): void {
  const size = images.height * images.width * stack;
  const words = inWords(images, observations, stack);
  for (let b = 0; b < all.length / stack; b++) {
    const sources = all.subarray(b * stack, (b + 1) * stack);
    if (words) interleaveWords(words, sources, (b * size) / 4);
    else interleave(images, sources, observations.subarray(b * size, (b + 1) * size));
  }
}

/** Frames one after the other. */
type Images = Pick<Frames, 'height' | 'width'> & { data: Uint8Array };

/**
 * As `gatherObservations`, but as the networks see them: pixels in [0, 1], byte / 255 in float32.
 * @returns [B, H, W, stack] float32
 */
export function gatherPixels(frames: Frames, indices: ArrayLike<number>, stack: number): Float32Array {
  const size = frames.height * frames.width;
  const pixels = new Float32Array(indices.length * size * stack);
  stackPixels(frames.data, { size, stack }, stackSources(frames, indices, stack), pixels);
  return pixels;
}

/**
 * The frames one step later, as the screen really moves: within the episode, whose last frame follows itself.
 * @returns [B] frame indices
 */
export function nextFrames({ count, firstOfEpisode }: FrameTable, indices: Int32Array): Int32Array {
  return indices.map((frame) => {
    const next = frame + 1;
    return next < count && firstOfEpisode[next] === firstOfEpisode[frame] ? next : frame;
  });
}

/**
 * The frames that observations are stacked from; the blank frame is number `count`.
 * @returns [B, stack] frame indices, oldest first
 * @throws RangeError when there is no such frame
 */
export function stackSources(
  { count, firstOfEpisode, padding }: FrameTable,
  indices: ArrayLike<number>,
  stack: number,
): Int32Array {
  const sources = new Int32Array(indices.length * stack);
  for (let b = 0; b < indices.length; b++) {
    const newest = indices[b] as number;
    if (!(newest >= 0 && newest < count)) throw new RangeError(`There is no frame ${newest}, only ${count}.`);
    const first = firstOfEpisode[newest] as number;
    const before = padding === 'repeat' ? first : count;
    for (let k = 0; k < stack; k++) {
      const frame = newest - stack + 1 + k;
      sources[b * stack + k] = frame < first ? before : frame;
    }
  }
  return sources;
}

/** Byte by byte: right for every shape. */
function interleave({ data, height, width }: Images, sources: Int32Array, observation: Uint8Array): void {
  const pixels = height * width;
  const stack = sources.length;
  for (let k = 0; k < stack; k++) {
    const start = (sources[k] as number) * pixels;
    for (let i = 0; i < pixels; i++) observation[i * stack + k] = data[start + i] as number;
  }
}

interface Words {
  frames: Int32Array;
  observations: Int32Array;
  /** Of one frame, in words of four pixels. */
  size: number;
}

/**
 * Four frames deep, four neighbouring pixels of four frames are sixteen neighbouring bytes of the observation: 4×4 bytes
 * to transpose, in registers.
 */
function inWords({ data, height, width }: Images, observations: Uint8Array, stack: number): Words | null {
  if (stack !== 4 || (height * width) % 4 !== 0) return null;
  if (data.byteOffset % 4 !== 0 || observations.byteOffset % 4 !== 0) return null;
  return {
    frames: new Int32Array(data.buffer, data.byteOffset, data.length >> 2),
    observations: new Int32Array(observations.buffer, observations.byteOffset, observations.length >> 2),
    size: (height * width) / 4,
  };
}

/** As `interleave`, sixteen bytes at a time, and six times as fast. Little endian, as the machines that Node runs on are. */
function interleaveWords({ frames, observations, size }: Words, sources: Int32Array, offset: number): void {
  let a = (sources[0] as number) * size;
  let b = (sources[1] as number) * size;
  let c = (sources[2] as number) * size;
  let d = (sources[3] as number) * size;
  let to = offset;
  for (const end = a + size; a < end; to += 4) {
    const p = frames[a++] as number;
    const q = frames[b++] as number;
    const r = frames[c++] as number;
    const s = frames[d++] as number;
    const pqEven = (p & 0x00ff00ff) | ((q & 0x00ff00ff) << 8);
    const pqOdd = ((p >>> 8) & 0x00ff00ff) | (q & 0xff00ff00);
    const rsEven = (r & 0x00ff00ff) | ((s & 0x00ff00ff) << 8);
    const rsOdd = ((r >>> 8) & 0x00ff00ff) | (s & 0xff00ff00);
    // A word of the observation is one pixel of all four frames.
    observations[to] = (pqEven & 0xffff) | (rsEven << 16);
    observations[to + 1] = (pqOdd & 0xffff) | (rsOdd << 16);
    observations[to + 2] = (pqEven >>> 16) | (rsEven & 0xffff0000);
    observations[to + 3] = (pqOdd >>> 16) | (rsOdd & 0xffff0000);
  }
}
