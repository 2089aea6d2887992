import { allocatePixels } from '../pixels.mjs';
import { startSlotThread } from '../slot-thread.ts';
import { type StoredLabels } from './labels.ts';

/** Stored projections, in full. */
export interface ReadProjections {
  /** [B, H, W, stack] the pull-backs, in shared memory; theirs until `release`. */
  pullBack: Float32Array<SharedArrayBuffer>;
  /** [B] their squared lengths. */
  squaredNorms: Float32Array<SharedArrayBuffer>;
  /** [B, A] the directions that were pulled back. */
  directions: Float32Array;
  release: () => void;
}

/** A thread that reads projections from a labels file while its owner computes. */
export interface ReadAhead {
  /**
   * Projection `numbers[b]` (below K) of frame `frames[b]` for each b, in the order in which they were asked for.
   * @throws RangeError when they are too many or not there, and whatever ended the thread
   */
  read(frames: Int32Array, numbers: Int32Array): Promise<ReadProjections>;
  /** Ends the thread. What was asked for and is not there yet is rejected. */
  close(): Promise<void>;
}

interface Slot {
  pixels: Float32Array<SharedArrayBuffer>;
  norms: Float32Array<SharedArrayBuffer>;
}

interface Order {
  offsets: Float64Array;
  sizes: Uint32Array;
  scales: Float32Array;
}

/**
 * Starts the thread. The caller closes it. `slots` batches may be held, or made in advance, at the same time.
 * @throws Error when the labels hold no vjp
 */
export function startReadAhead(
  { path, projections, attributes: { actions } }: StoredLabels,
  { batchSize, slots: count }: { batchSize: number; slots: number },
): ReadAhead {
  if (!projections) throw new Error('these labels hold no projections');
  const { layout, offsets, sizes, scales, directions } = projections;
  const size = layout.itemShape.reduce((product, length) => product * length, 1);
  const thread = startSlotThread<Slot, Order>({
    script: new URL('./read-thread.mjs', import.meta.url),
    data: { path, precision: layout.precision, size },
    slots: Array.from({ length: count }, () => ({
      pixels: allocatePixels(batchSize * size),
      norms: allocatePixels(batchSize),
    })),
    name: 'projections are read',
  });
  return {
    async read(frames, numbers) {
      if (frames.length > batchSize) throw new RangeError(`${frames.length} are more than ${batchSize}.`);
      const items = frames.map((frame, b) => frame * layout.count + numbers[b]!);
      const wrong = items.findIndex((item) => !(item >= 0 && item < sizes.length));
      if (wrong >= 0) throw new RangeError(`There is no projection ${numbers[wrong]} of frame ${frames[wrong]}.`);
      const { slot, release } = await thread.fill({
        offsets: Float64Array.from(items, (item) => offsets[item]!),
        sizes: Uint32Array.from(items, (item) => sizes[item]!),
        scales: Float32Array.from(items, (item) => scales[item]!),
      });
      const drawn = new Float32Array(items.length * actions);
      for (const [b, item] of items.entries()) {
        drawn.set(directions.subarray(item * actions, (item + 1) * actions), b * actions);
      }
      return {
        pullBack: slot.pixels.subarray(0, items.length * size),
        squaredNorms: slot.norms.subarray(0, items.length),
        directions: drawn,
        release,
      };
    },
    close: () => thread.close(),
  };
}
