import { constants } from 'node:buffer';
import { readChunks } from './array-reader.ts';
import { type Episode } from './episodes.ts';
import { RolloutsError } from './rollouts-error.ts';
import { type ArrayLayout } from './zarr-array.ts';
import { type ZipReader } from './zip-reader.ts';

/** All frames of a rollouts file in memory, which threads can share, ready to be gathered into batches. */
export interface Frames {
  /** [count + 1, height, width]; the frame after the last is blank: it stands before an episode's first. */
  data: Uint8Array<SharedArrayBuffer>;
  count: number;
  height: number;
  width: number;
  /** [count]: for each frame, the index of its episode's first frame. */
  firstOfEpisode: Int32Array;
  /** What stands before an episode's first frame in a stack: blank frames, unless told, or that frame again. */
  padding?: Padding;
}

/** Frames without their pixels: what stacks are put together by. */
export type FrameTable = Omit<Frames, 'data'>;

export type Padding = 'zero' | 'repeat';

/** Of all that a contract says, the one thing that stacking has to know. */
export function paddingOf(contract: Record<string, unknown>): Padding {
  return contract['stack_padding'] === 'repeat' ? 'repeat' : 'zero';
}

/** Decodes every frame. @throws RolloutsError naming the chunk that is corrupt, or when they exceed one buffer (4 GiB) */
export async function readFrames(zip: ZipReader, layout: ArrayLayout, episodes: Episode[]): Promise<Frames> {
  const [height = 0, width = 0] = layout.itemShape;
  const count = layout.length;
  const bytes = (count + 1) * height * width;
  if (bytes > constants.MAX_LENGTH) throw new RolloutsError(`frames: ${bytes} bytes do not fit one buffer`);
  const data = new Uint8Array(new SharedArrayBuffer(bytes));
  let at = 0;
  for await (const chunk of readChunks(zip, layout)) {
    data.set(chunk, at);
    at += chunk.length;
  }
  return { data, count, height, width, firstOfEpisode: firstFrames(episodes, count) };
}

/** [count]: for each frame, the index of its episode's first frame. */
export function firstFrames(episodes: Episode[], count: number): Int32Array {
  const first = new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
  for (const { start, end } of episodes) first.fill(start, start, end);
  return first;
}
