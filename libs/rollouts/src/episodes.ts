import { readBytes, readChunks } from './array-reader.ts';
import { checkRewards } from './episode.ts';
import { RolloutsError } from './rollouts-error.ts';
import { type ArrayLayout } from './zarr-array.ts';
import { type ZipReader } from './zip-reader.ts';

/** One episode of a rollouts file: frames `start` up to, not including, `end`; `return` is the sum of its raw rewards. */
export interface Episode {
  start: number;
  end: number;
  return: number;
  terminated: boolean;
}

interface EpisodeArrays {
  rewards: ArrayLayout;
  episodeStarts: ArrayLayout;
  terminated: ArrayLayout;
}

/** The table of episodes. @throws RolloutsError when they do not cover the frames in order */
export async function readEpisodes(zip: ZipReader, arrays: EpisodeArrays): Promise<Episode[]> {
  const starts = new Int32Array((await readBytes(zip, arrays.episodeStarts)).buffer);
  const terminated = await readBytes(zip, arrays.terminated);
  const frameCount = arrays.rewards.length;
  checkStarts(starts, frameCount);
  const returns = await sumRewards(zip, arrays.rewards, starts);
  return Array.from(starts, (start, index) => ({
    start,
    end: starts[index + 1] ?? frameCount,
    return: returns[index] ?? 0,
    terminated: terminated[index] === 1,
  }));
}

function checkStarts(starts: Int32Array, frameCount: number): void {
  if (starts[0] !== 0) throw new RolloutsError('episode_starts: the first episode does not start at frame 0');
  const wrong = starts.findIndex((start, index) => start >= (starts[index + 1] ?? frameCount));
  if (wrong >= 0) throw new RolloutsError(`episode_starts: episode ${wrong} has no frames`);
}

/** Streams: rewards are as many as frames. */
async function sumRewards(zip: ZipReader, layout: ArrayLayout, starts: Int32Array): Promise<Float64Array> {
  const returns = new Float64Array(starts.length);
  let episode = 0;
  let frame = 0;
  for await (const chunk of readChunks(zip, layout)) {
    const rewards = new Float32Array(chunk.slice().buffer);
    checkRewards(rewards);
    for (const reward of rewards) {
      if (frame === starts[episode + 1]) episode += 1;
      returns[episode]! += reward;
      frame += 1;
    }
  }
  return returns;
}
