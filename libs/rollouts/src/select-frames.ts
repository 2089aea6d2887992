import { type FrameStore } from './frame-store.ts';
import { type Frames, type FrameTable } from './frames.ts';
import { nextFrames, stackSources } from './gather.ts';

export interface SelectOptions {
  /** Frames in one observation. */
  stack: number;
  /** Whether `nextFrames` will be asked for too. */
  withNext?: boolean;
}

/** Some observations of a recording, in memory. */
export interface SelectedFrames {
  frames: Frames;
  /** Where in `frames` the observations end that were asked for, in their order. */
  indices: Int32Array;
}

/**
 * Reads all that the observations which end in `indices` are stacked from, and nothing else: gathered from what comes back, they
 * are byte by byte those of all frames. Memory: at most `stack` frames an observation, and one more with the next.
 * @throws RangeError when there is no such frame; RolloutsError naming the chunk that is corrupt
 */
export async function selectFrames(
  store: FrameStore,
  indices: Int32Array,
  { stack, withNext = false }: SelectOptions,
): Promise<SelectedFrames> {
  const { height, width, padding, count } = store;
  const wanted = new Set(stackSources(store, indices, stack));
  if (withNext) for (const next of nextFrames(store, indices)) wanted.add(next);
  // What stands before an episode is blank here too.
  wanted.delete(count);
  const kept = Int32Array.from(wanted).sort();
  const data = new Uint8Array(new SharedArrayBuffer((kept.length + 1) * height * width));
  await store.read(kept, data);
  const places = new Map<number, number>();
  for (const [place, frame] of kept.entries()) places.set(frame, place);
  const firstOfEpisode = firstOfRuns(store, kept);
  const frames = { data, count: kept.length, height, width, firstOfEpisode, ...(padding && { padding }) };
  return { frames, indices: indices.map((frame) => places.get(frame)!) };
}

/**
 * A run of frames that follow each other in one episode is an episode of its own. A stack that is whole never reaches
 * its start unless the episode starts there, so that padding stands where it stood.
 */
function firstOfRuns({ firstOfEpisode }: FrameTable, kept: Int32Array): Int32Array {
  const first = new Int32Array(kept.length);
  for (let place = 1; place < kept.length; place++) {
    const [before, frame] = [kept[place - 1]!, kept[place]!];
    const goesOn = frame === before + 1 && firstOfEpisode[frame] === firstOfEpisode[before];
    first[place] = goesOn ? first[place - 1]! : place;
  }
  return first;
}
