import { type Frames } from './frames.ts';
import { stackSources } from './gather.ts';
import { startSlotThread } from './slot-thread.ts';
import { allocateStacks, type StackMemory } from './stack-kernel.mjs';

export interface GatherAheadOptions {
  /** Frames in one observation. */
  stack: number;
  /** The most observations that are gathered at once. */
  batchSize: number;
  /** Batches that may be held, or made in advance, at the same time; each takes 4·B·H·W·stack bytes. */
  slots: number;
}

/** Observations as float32 pixels in [0, 1]. */
export interface GatheredPixels {
  /** [B, H, W, stack] in shared memory; theirs until `release`. */
  pixels: Float32Array<SharedArrayBuffer>;
  /** Gives the memory back, to be written over. */
  release: () => void;
}

/** A thread that gathers observations while its owner computes. */
export interface GatherAhead {
  /**
   * Asks for the observations that end in the frames `indices`; they are made in the order in which they were asked for,
   * as soon as a slot is free.
   * @throws RangeError when there is no such frame or they are too many, and whatever ended the thread
   */
  gather(indices: Int32Array): Promise<GatheredPixels>;
  /** Ends the thread. What was asked for and is not there yet is rejected. */
  close(): Promise<void>;
}

/** Starts the thread. Frames are shared with it, not copied. The caller closes it. */
export function startGatherAhead(frames: Frames, { stack, batchSize, slots: count }: GatherAheadOptions): GatherAhead {
  const size = frames.height * frames.width;
  const thread = startSlotThread<StackMemory, { sources: Int32Array }>({
    script: new URL('./gather-thread.mjs', import.meta.url),
    data: { images: frames.data, shape: { size, stack } },
    slots: Array.from({ length: count }, () =>
      allocateStacks(batchSize * size * stack * Float32Array.BYTES_PER_ELEMENT),
    ),
    name: 'observations are gathered',
  });
  return {
    async gather(indices) {
      if (indices.length > batchSize) throw new RangeError(`${indices.length} are more than ${batchSize}.`);
      const sources = stackSources(frames, indices, stack);
      const { slot, release } = await thread.fill({ sources });
      return { pixels: new Float32Array(slot.buffer, 0, sources.length * size), release };
    },
    close: () => thread.close(),
  };
}
