import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { encodeGroup, type RolloutsAttributes } from '../attributes.ts';
import { RolloutsError } from '../rollouts-error.ts';
import { syncParent } from '../sync-parent.ts';
import { createRolloutsWriter, type SealedRollouts } from '../writer.ts';
import { type BlockShape } from './block.ts';
import { createEpisodeStage, type EpisodeStage, type StagedEpisode } from './episode-stage.ts';
import { faultOf, readStaged } from './staged-file.ts';

/** A recording on its way: whole episodes in any order, each in a file of its own, and a journal of them. */
export interface Staging {
  /** The whole episodes by their numbers, those of an earlier, interrupted recording among them. */
  readonly episodes: ReadonlyMap<number, StagedEpisode>;
  /** Episodes that were finished but are damaged: which block of which, and how. They are as if never recorded. */
  readonly damaged: readonly string[];
  /** Of one frame. */
  readonly shape: { height: number; width: number };
  /** Begins the episode of this number anew. */
  begin(episode: number): EpisodeStage;
  /** Ends an episode: it will be there whatever happens from now on. */
  finish(stage: EpisodeStage, terminated: boolean): Promise<StagedEpisode>;
  /** Streams these episodes, in this order, into a rollouts file, and removes the staging directory. */
  seal(path: string, episodes: readonly number[]): Promise<SealedRollouts>;
}

/** What must be the same for an interrupted recording to go on. */
export interface StagingOptions extends BlockShape {
  attributes: Omit<RolloutsAttributes, 'format_version'>;
  /** Whatever else decides what is recorded. */
  plan: Record<string, unknown>;
}

const [HEAD, JOURNAL] = ['recording.json', 'journal.jsonl'];

const Line = z.object({
  episode: z.int().nonnegative(),
  frames: z.int().positive(),
  return: z.number(),
  terminated: z.boolean(),
  bytes: z.int().positive(),
});

/**
 * Opens the staging directory, made where there is none. A crash loses the episodes that were being played, and nothing
 * that was finished.
 * @throws RolloutsError when another recording than this lies there
 */
export async function openStaging(directory: string, options: StagingOptions): Promise<Staging> {
  await mkdir(directory, { recursive: true });
  await claim(directory, JSON.stringify([JSON.parse(encodeGroup(options.attributes)), options.plan]));
  await removePartials(directory);
  const fileOf = (episode: number) => join(directory, `episode-${episode}`);
  const episodes = new Map<number, StagedEpisode>();
  const damaged: string[] = [];
  for (const staged of await readJournal(directory)) {
    const fault = await faultOf(fileOf(staged.episode), staged, options);
    if (fault === undefined) episodes.set(staged.episode, staged);
    else damaged.push(fault);
  }
  return {
    episodes,
    damaged,
    shape: { height: options.height, width: options.width },
    begin: (episode) => createEpisodeStage(fileOf(episode), episode),
    async finish(stage, terminated) {
      const staged = await stage.finish(terminated);
      await syncParent(fileOf(staged.episode));
      await appendFile(join(directory, JOURNAL), `${JSON.stringify(staged)}\n`, { flush: true });
      episodes.set(staged.episode, staged);
      return staged;
    },
    async seal(path, order) {
      const writer = await createRolloutsWriter(path, options.attributes);
      let sealed: SealedRollouts;
      try {
        for (const episode of order) {
          const staged = episodes.get(episode);
          if (!staged) throw new RolloutsError(`episode-${episode}: was not recorded`);
          for await (const steps of readStaged(fileOf(episode), staged, options)) await writer.appendSteps(steps);
          await writer.endEpisode(staged.terminated);
        }
        sealed = await writer.seal();
      } catch (error) {
        await writer.discard();
        throw error;
      }
      await rm(directory, { recursive: true });
      return sealed;
    },
  };
}

/** The first to come writes what is recorded; who comes later must record the same. */
async function claim(directory: string, head: string): Promise<void> {
  const path = join(directory, HEAD);
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found === head) return;
  if (found !== undefined && (await readJournal(directory)).length > 0) {
    throw new RolloutsError(`${directory}: another recording lies there: other attributes, seed or policy`);
  }
  await writeFile(path, head, { flush: true });
  await syncParent(path);
}

/** A last line that a crash cut short is cut off. */
async function readJournal(directory: string): Promise<StagedEpisode[]> {
  const path = join(directory, JOURNAL);
  const text = await readFile(path, 'utf8').catch(() => '');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
  return whole.split('\n').flatMap((line) => parseLine(line) ?? []);
}

function parseLine(line: string): StagedEpisode | undefined {
  try {
    return Line.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

async function removePartials(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.endsWith('.partial')) await rm(join(directory, name));
  }
}
