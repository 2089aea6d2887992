import { type FrameStore, type PackedChunk } from './frame-store.ts';
import { type Frames } from './frames.ts';
import { RolloutsError } from './rollouts-error.ts';
import { startSlotThread } from './slot-thread.ts';

export interface FrameBlocksOptions {
  /** Frames in one observation. */
  stack: number;
  /** The most frames of a block. */
  blockLength: number;
  /** Blocks that are held at the same time; each takes (blockLength + stack) · H · W bytes. */
  slots: number;
  /** Whether `nextFrames` will be asked for. */
  withNext: boolean;
}

/** Some stretches of a recording in memory which threads share, each with all that its observations are stacked from. */
export interface FrameBlocks {
  /** What is held: gathered from here, the observations of a block are byte by byte those of all frames. */
  frames: Frames;
  /**
   * Reads the frames from `start` up to, not including, `end` into a slot, by a thread. Nobody may gather from that slot meanwhile.
   * @throws RolloutsError naming the chunk that is corrupt
   */
  load(slot: number, block: { start: number; end: number }): Promise<void>;
  /** Where in `frames` frame number `offset` of the block in a slot is. */
  place(slot: number, offset: number): number;
  /** Ends the thread. What was asked for and is not there yet is rejected. */
  close(): Promise<void>;
}

/** A stretch of a decoded chunk, in bytes, and where it goes. */
interface Part {
  chunk: PackedChunk;
  from: number;
  to: number;
  into: number;
}

/** Blocks that the thread may have in its queue. */
const QUEUE = 8;

/** Starts the thread. The caller closes it, and the store after it. */
export async function startFrameBlocks(
  store: FrameStore,
  { stack, blockLength, slots, withNext }: FrameBlocksOptions,
): Promise<FrameBlocks> {
  const { height, width, padding, chunkLength } = store;
  const size = height * width;
  const before = stack - 1;
  // Before a block what its first stacks reach back to, behind it the next of its last frame.
  const slotFrames = before + blockLength + 1;
  const count = slots * slotFrames;
  const data = new Uint8Array(new SharedArrayBuffer((count + 1) * size));
  const firstOfEpisode = new Int32Array(count);
  const { path } = await store.locate(0);
  const thread = startSlotThread<null, { parts: Part[] }>({
    script: new URL('./block-thread.mjs', import.meta.url),
    data: { path, images: data },
    slots: Array<null>(QUEUE).fill(null),
    name: 'frames are read',
  });

  /** Which frames of the recording a slot needs, and writes the table of where their episodes start. */
  function describe(slot: number, { start, end }: { start: number; end: number }): { first: number; last: number } {
    const base = slot * slotFrames;
    const shift = start - before;
    const first = Math.max(shift, store.firstOfEpisode[start]!);
    const last = withNext && store.firstOfEpisode[end] === store.firstOfEpisode[end - 1] ? end + 1 : end;
    // No frame of the block has the same first as what was here before.
    firstOfEpisode.fill(-1, base, base + slotFrames);
    for (let frame = first; frame < last; frame++) {
      firstOfEpisode[base + frame - shift] = base + Math.max(0, store.firstOfEpisode[frame]! - shift);
    }
    return { first, last };
  }

  return {
    frames: { data, count, height, width, firstOfEpisode, ...(padding && { padding }) },
    place: (slot, offset) => slot * slotFrames + before + offset,
    async load(slot, block) {
      const { first, last } = describe(slot, block);
      const shift = slot * slotFrames + before - block.start;
      const parts: Part[] = [];
      for (let frame = first; frame < last;) {
        const index = Math.floor(frame / chunkLength);
        const until = Math.min(last, (index + 1) * chunkLength);
        const [from, to] = [frame, until].map((one) => (one - index * chunkLength) * size) as [number, number];
        parts.push({ chunk: await store.locate(index), from, to, into: (frame + shift) * size });
        frame = until;
      }
      (await naming(thread.fill({ parts }))).release();
    },
    close: () => thread.close(),
  };
}

/** An error comes out of a thread without its class. */
async function naming<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Error && /^frames\/c\//.test(cause.message)) throw new RolloutsError(cause.message, { cause });
    throw cause;
  }
}
