import { rename, rm } from 'node:fs/promises';
import { type ArrayWriter, createArrayWriter } from './array-writer.ts';
import { encodeGroup, type RolloutsAttributes } from './attributes.ts';
import { checkSteps, type EpisodeRecord, type EpisodeSteps } from './episode.ts';
import { RolloutsError } from './rollouts-error.ts';
import { syncParent } from './sync-parent.ts';
import { createZipWriter, type ZipWriter } from './zip-writer.ts';

const FRAMES_PER_CHUNK = 256;
const SCALARS_PER_CHUNK = 65_536;
const ROWS_PER_CHUNK = 4096;

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
  /** Goes on with the episode that is being written, or begins one. @throws RolloutsError as above */
  appendSteps(steps: EpisodeSteps): Promise<void>;
  /** Ends the episode whose steps were appended. */
  endEpisode(terminated: boolean): Promise<void>;
  /** Ends the file and moves it to its path: a file that is there is whole. */
  seal(): Promise<SealedRollouts>;
  /** Gives up: nothing stays behind. */
  discard(): Promise<void>;
}

/**
 * Writes a rollouts file: a zarr v3 group in a zip, which zarr-python opens in one line. Identical episodes and
 * attributes make identical bytes. Until it is sealed the file lies at `path` + '.partial'. Memory holds a chunk of each
 * array, however long the file.
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
  let steps: StepWriters | undefined;
  /** Frame at which the episode that is being written started. */
  let start: number | undefined;
  const total = { frames: 0, episodes: 0, return: 0 };

  const writer: RolloutsWriter = {
    async appendEpisode({ terminated, ...episode }) {
      await writer.appendSteps(episode);
      await writer.endEpisode(terminated);
    },
    async appendSteps(part) {
      checkSteps(part, attributes.actions.length);
      steps ??= createStepWriters(zip, part, attributes.actions.length);
      requireAlike(part, steps);
      await steps.frames.append(part.frames);
      if (part.logProbs) await steps.logProbs?.append(part.logProbs);
      await scalars.actions.append(part.actions);
      await scalars.rewards.append(part.rewards);
      start ??= total.frames;
      total.frames += part.actions.length;
      total.return += part.rewards.reduce((sum, reward) => sum + reward, 0);
    },
    async endEpisode(terminated) {
      if (start === undefined) throw new RolloutsError('an episode has at least one step');
      await scalars.episodeStarts.append(Int32Array.of(start));
      await scalars.terminated.append(Uint8Array.of(terminated ? 1 : 0));
      total.episodes += 1;
      start = undefined;
    },
    async seal() {
      if (!steps || start !== undefined)
        throw new RolloutsError(steps ? 'an episode was not ended' : 'no episode was recorded');
      const { frames, logProbs } = steps;
      for (const array of [frames, ...(logProbs ? [logProbs] : []), ...Object.values(scalars)]) await array.finish();
      const file = await zip.finish();
      await rename(partial, path);
      await syncParent(path);
      const { frames: frameCount, episodes } = total;
      return { ...file, frames: frameCount, episodes, meanReturn: total.return / episodes };
    },
    async discard() {
      await zip.abort();
      await rm(partial, { force: true });
    },
  };
  return writer;
}

interface StepWriters {
  frames: ArrayWriter;
  logProbs: ArrayWriter | undefined;
  height: number;
  width: number;
}

function createStepWriters(zip: ZipWriter, { height, width, logProbs }: EpisodeSteps, actions: number): StepWriters {
  const images = { itemShape: [height, width], chunkLength: FRAMES_PER_CHUNK };
  const rows = { itemShape: [actions], chunkLength: ROWS_PER_CHUNK };
  return {
    frames: createArrayWriter(zip, { ...images, name: 'frames', dataType: 'uint8' }),
    logProbs: logProbs && createArrayWriter(zip, { ...rows, name: 'log_probs', dataType: 'float32' }),
    height,
    width,
  };
}

function requireAlike({ height, width, logProbs }: EpisodeSteps, steps: StepWriters): void {
  if (height !== steps.height || width !== steps.width) {
    throw new RolloutsError(`frames: ${height}×${width} after ${steps.height}×${steps.width}`);
  }
  if (!logProbs !== !steps.logProbs) throw new RolloutsError('log_probs: of all steps or of none');
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
