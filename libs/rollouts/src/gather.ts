import { type Frames, type FrameTable } from './frames.ts';
import { stackPixels } from './pixels.mjs';
import { kernelFits, stackFour } from './stack-kernel.mjs';

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
  const size = images.height * images.width;
  if (kernelFits({ size, stack })) return stackFour(images.data, size, all, observations);
  for (let b = 0; b < all.length; b += stack) {
    interleave(images, all.subarray(b, b + stack), observations.subarray(b * size, (b + stack) * size));
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
