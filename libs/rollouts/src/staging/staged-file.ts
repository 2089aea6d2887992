import { open } from 'node:fs/promises';
import { type EpisodeSteps } from '../episode.ts';
import { RolloutsError } from '../rollouts-error.ts';
import { type BlockShape, decodeBlock, type Read, readBlocks } from './block.ts';
import { type StagedEpisode } from './episode-stage.ts';

/** Yields the steps of a staged episode. @throws RolloutsError naming the episode and the block that is corrupt */
export async function* readStaged(
  path: string,
  staged: StagedEpisode,
  shape: BlockShape,
): AsyncGenerator<EpisodeSteps> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const name = `episode-${staged.episode}`;
    if (size !== staged.bytes) throw new RolloutsError(`${name}: has ${size} bytes, and ${staged.bytes} were written`);
    const read: Read = async (length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length);
      return buffer.subarray(0, bytesRead);
    };
    for await (const block of readBlocks(name, shape, read)) yield await decodeBlock(shape, block);
  } finally {
    await file.close();
  }
}

/** What is wrong with a staged episode's file; undefined when it is as it was written. */
export async function faultOf(path: string, staged: StagedEpisode, shape: BlockShape): Promise<string | undefined> {
  try {
    for await (const steps of readStaged(path, staged, shape)) void steps;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
