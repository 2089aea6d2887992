import { checkChunks, readBytes, readChunks, readJson, readLayout } from './array-reader.ts';
import { decodeGroup, type RolloutsAttributes } from './attributes.ts';
import { checkActions } from './episode.ts';
import { type Episode, readEpisodes } from './episodes.ts';
import { createFrameStore, type FrameStore } from './frame-store.ts';
import { firstFrames, type Frames, paddingOf, readFrames } from './frames.ts';
import { RolloutsError } from './rollouts-error.ts';
import { type ArrayLayout } from './zarr-array.ts';
import { openZip, withZip, type ZipReader } from './zip-reader.ts';

const MAX_FRAMES = 2 ** 26;
const MAX_EPISODES = 2 ** 20;

/** A sealed rollouts file that was found whole. */
export interface Rollouts {
  attributes: RolloutsAttributes;
  frameCount: number;
  /** Of one frame, in pixels. */
  height: number;
  width: number;
  /** In the order in which they were recorded. */
  episodes: Episode[];
  /** Decodes all frames into memory. @throws RolloutsError naming the chunk that is corrupt */
  loadFrames(): Promise<Frames>;
  /** Reads frames as they are asked for, with at most `cacheBytes` of them in memory: for files larger than that. */
  openFrames(options: { cacheBytes: number }): Promise<FrameStore>;
  /** [frameCount] the action chosen on each frame, an index into the action names. */
  loadActions(): Promise<Uint8Array>;
  /** [frameCount, actions] log-probabilities that were recorded with the play; null where there are none. */
  loadLogProbs(): Promise<Float32Array | null>;
}

/**
 * Opens a rollouts file and checks all of it but the pixels: attributes, shapes, episodes, actions, rewards, and the
 * checksum and declared size of every chunk. Takes no more memory than a chunk and the table of episodes.
 * @throws RolloutsError naming the attribute, array or chunk that is wrong
 */
export async function openRollouts(path: string): Promise<Rollouts> {
  return withZip(path, async (zip) => {
    const attributes = decodeGroup(await readJson(zip, 'zarr.json'));
    const layouts = await readLayouts(zip, attributes.actions.length);
    const { frames } = layouts;
    const [height = 0, width = 0] = frames.itemShape;
    const episodes = await readEpisodes(zip, layouts);
    for await (const actions of readChunks(zip, layouts.actions)) checkActions(actions, attributes.actions.length);
    for (const array of [frames, layouts.logProbs]) if (array) await checkChunks(zip, array);
    return {
      attributes,
      frameCount: frames.length,
      height,
      width,
      episodes,
      loadFrames: async () => ({
        ...(await withZip(path, (reopened) => readFrames(reopened, frames, episodes))),
        padding: paddingOf(attributes.observation),
      }),
      openFrames: async ({ cacheBytes }) =>
        createFrameStore(await openZip(path), frames, {
          path,
          cacheBytes,
          firstOfEpisode: firstFrames(episodes, frames.length),
          padding: paddingOf(attributes.observation),
        }),
      loadActions: () => withZip(path, (reopened) => readBytes(reopened, layouts.actions)),
      loadLogProbs: async () => {
        const { logProbs } = layouts;
        if (!logProbs) return null;
        return new Float32Array((await withZip(path, (reopened) => readBytes(reopened, logProbs))).buffer);
      },
    };
  });
}

async function readLayouts(zip: ZipReader, actionCount: number) {
  const frames = await readLayout(zip, 'frames', 'uint8', 3);
  if (frames.length === 0 || frames.length > MAX_FRAMES) {
    throw new RolloutsError(`frames: ${frames.length} frames, there may be 1 to ${MAX_FRAMES}`);
  }
  // Its table of episodes is held in memory: declared lengths must not decide how much of it.
  const episodeStarts = await readLayout(zip, 'episode_starts', 'int32', 1);
  if (episodeStarts.length > Math.min(frames.length, MAX_EPISODES)) {
    throw new RolloutsError(`episode_starts: ${episodeStarts.length} episodes of ${frames.length} frames are too many`);
  }
  const terminated = await readLayout(zip, 'terminated', 'bool', 1);
  if (terminated.length !== episodeStarts.length) {
    throw new RolloutsError(`terminated: ${terminated.length} for ${episodeStarts.length} episodes`);
  }
  return {
    frames,
    actions: sameLength(await readLayout(zip, 'actions', 'uint8', 1), frames),
    rewards: sameLength(await readLayout(zip, 'rewards', 'float32', 1), frames),
    logProbs: zip.has('log_probs/zarr.json') ? await readLogProbs(zip, frames, actionCount) : undefined,
    episodeStarts,
    terminated,
  };
}

async function readLogProbs(zip: ZipReader, frames: ArrayLayout, actionCount: number): Promise<ArrayLayout> {
  const layout = sameLength(await readLayout(zip, 'log_probs', 'float32', 2), frames);
  if (layout.itemShape[0] === actionCount) return layout;
  throw new RolloutsError(`log_probs: ${layout.itemShape[0]} columns for ${actionCount} actions`);
}

function sameLength(layout: ArrayLayout, frames: ArrayLayout): ArrayLayout {
  if (layout.length === frames.length) return layout;
  throw new RolloutsError(`${layout.name}: ${layout.length} for ${frames.length} frames`);
}
