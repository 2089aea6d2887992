import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { type EpisodeSteps } from '../episode.ts';
import { encodeBlock, STEPS_PER_BLOCK } from './block.ts';

/** What the journal says of an episode that is whole. */
export interface StagedEpisode {
  /** Its number. */
  episode: number;
  frames: number;
  return: number;
  terminated: boolean;
  /** Of its file. */
  bytes: number;
}

/** An episode that is being written: its file grows block by block, and memory holds one block. */
export interface EpisodeStage {
  /** One step, or several up to 256. */
  append(steps: EpisodeSteps): Promise<void>;
  /** Flushes the file to disk and gives it its name. */
  finish(terminated: boolean): Promise<StagedEpisode>;
  /** Gives up: nothing stays behind. */
  discard(): Promise<void>;
}

export function createEpisodeStage(path: string, episode: number): EpisodeStage {
  const partial = `${path}.partial`;
  let file: FileHandle | undefined;
  let waiting: EpisodeSteps[] = [];
  let held = 0;
  const total = { frames: 0, return: 0, bytes: 0 };

  async function flush(): Promise<void> {
    if (held === 0) return;
    const steps = concatenate(waiting);
    [waiting, held] = [[], 0];
    file ??= await open(partial, 'w');
    const block = await encodeBlock(steps);
    total.bytes += block.length;
    await file.appendFile(block);
  }

  return {
    async append(steps) {
      const count = steps.actions.length;
      if (count > STEPS_PER_BLOCK) throw new RangeError(`${count} steps at once are more than ${STEPS_PER_BLOCK}`);
      if (held + count > STEPS_PER_BLOCK) await flush();
      waiting.push(steps);
      held += count;
      total.frames += count;
      total.return += steps.rewards.reduce((sum, reward) => sum + reward, 0);
      if (held === STEPS_PER_BLOCK) await flush();
    },
    async finish(terminated) {
      await flush();
      if (!file) throw new RangeError('an episode has at least one step');
      await file.sync();
      await file.close();
      await rename(partial, path);
      return { episode, ...total, terminated };
    },
    async discard() {
      await file?.close();
      await rm(partial, { force: true });
    },
  };
}

function concatenate(parts: readonly EpisodeSteps[]): EpisodeSteps {
  const [first] = parts as [EpisodeSteps];
  const of = (part: (steps: EpisodeSteps) => Uint8Array) => Buffer.concat(parts.map(part));
  const floats = (part: (steps: EpisodeSteps) => Float32Array) =>
    Float32Array.from(parts.flatMap((steps) => [...part(steps)]));
  return {
    ...first,
    frames: of(({ frames }) => frames),
    actions: of(({ actions }) => actions),
    rewards: floats(({ rewards }) => rewards),
    ...(first.logProbs ? { logProbs: floats(({ logProbs }) => logProbs!) } : {}),
  };
}
