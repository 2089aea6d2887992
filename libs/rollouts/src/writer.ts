import { rename, rm } from 'node:fs/promises';
import { type ArrayWriter, createArrayWriter } from './array-writer.ts';
import { encodeGroup, type RolloutsAttributes } from './attributes.ts';
import { checkEpisode, type EpisodeRecord } from './episode.ts';
import { RolloutsError } from './rollouts-error.ts';
import { createZipWriter, type ZipWriter } from './zip-writer.ts';

const FRAMES_PER_CHUNK = 256;
const SCALARS_PER_CHUNK = 65_536;

export interface SealedRollouts {
  sha256: string;
  bytes: number;
  frames: number;
  episodes: number;
  meanReturn: number;
}

export interface RolloutsWriter {
  /** @throws RolloutsError when the parts of the episode do not fit each other or the episodes before */
  appendEpisode(episode: EpisodeRecord): Promise<void>;
  /** Ends the file and moves it to its path: a file that is there is whole. */
  seal(): Promise<SealedRollouts>;
  /** Gives up: nothing stays behind. */
  discard(): Promise<void>;
}

/**
 * Writes a rollouts file: a zarr v3 group in a zip, which zarr-python opens in one line. Identical episodes and
 * attributes make identical bytes. Until it is sealed the file lies at `path` + '.partial'.
 * @throws RolloutsError naming the attribute that is wrong
 */
export async function createRolloutsWriter(
  path: string,
  attributes: Omit<RolloutsAttributes, 'format_version'>,
): Promise<RolloutsWriter> {
  const group = encodeGroup(attributes);
  const partial = `${path}.partial`;
  const zip = await createZipWriter(partial);
  await zip.add('zarr.json', group);
  const scalars = createScalarWriters(zip);
  let frames: (ArrayWriter & { height: number; width: number }) | undefined;
  const total = { frames: 0, episodes: 0, return: 0 };

  return {
    async appendEpisode(episode) {
      const { height, width } = episode;
      checkEpisode(episode, attributes.actions.length);
      frames ??= { ...createFrameWriter(zip, height, width), height, width };
      if (height !== frames.height || width !== frames.width) {
        throw new RolloutsError(`frames: ${height}×${width} after ${frames.height}×${frames.width}`);
      }
      await frames.append(episode.frames);
      await scalars.actions.append(episode.actions);
      await scalars.rewards.append(episode.rewards);
      await scalars.episodeStarts.append(Int32Array.of(total.frames));
      await scalars.terminated.append(Uint8Array.of(episode.terminated ? 1 : 0));
      total.frames += episode.actions.length;
      total.episodes += 1;
      total.return += episode.rewards.reduce((sum, reward) => sum + reward, 0);
    },
    async seal() {
      if (!frames) throw new RolloutsError('no episode was recorded');
      for (const array of [frames, ...Object.values(scalars)]) await array.finish();
      const file = await zip.finish();
      await rename(partial, path);
      const { frames: frameCount, episodes } = total;
      return { ...file, frames: frameCount, episodes, meanReturn: total.return / episodes };
    },
    async discard() {
      await zip.abort();
      await rm(partial, { force: true });
    },
  };
}

function createFrameWriter(zip: ZipWriter, height: number, width: number): ArrayWriter {
  const itemShape = [height, width];
  return createArrayWriter(zip, { name: 'frames', dataType: 'uint8', itemShape, chunkLength: FRAMES_PER_CHUNK });
}

function createScalarWriters(zip: ZipWriter) {
  const scalar = { itemShape: [], chunkLength: SCALARS_PER_CHUNK };
  return {
    actions: createArrayWriter(zip, { ...scalar, name: 'actions', dataType: 'uint8' }),
    rewards: createArrayWriter(zip, { ...scalar, name: 'rewards', dataType: 'float32' }),
    episodeStarts: createArrayWriter(zip, { ...scalar, name: 'episode_starts', dataType: 'int32' }),
    terminated: createArrayWriter(zip, { ...scalar, name: 'terminated', dataType: 'bool' }),
  };
}
