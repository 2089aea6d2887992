import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yauzl from 'yauzl';
import { type EpisodeRecord } from './episode.ts';
import { createRolloutsWriter, type SealedRollouts } from './writer.ts';
import { createZipWriter } from './zip-writer.ts';

export const ATTRIBUTES = {
  game: 'breakout',
  actions: ['NOOP', 'FIRE', 'RIGHT', 'LEFT'],
  observation: { game: 'breakout', stack: 4 },
  contract_hash: 'c'.repeat(64),
  teacher: 'breakout-teacher',
  acting: 'sampled' as const,
  seed: 7,
  versions: { ale_py: '0.12.1' },
};

export async function newPath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'rollouts-')), 'play.zarr.zip');
}

/** An episode in which every byte depends on the seed, the frame and the place. */
export function playEpisode({ steps = 10, height = 8, width = 12, seed = 1 } = {}): EpisodeRecord {
  const bytes = (count: number, salt: number) =>
    Uint8Array.from(
      { length: count },
      (_, index) => (Math.imul(index + 1, 2654435761 + salt + 97 * seed) >>> 13) & 0xff,
    );
  return {
    frames: bytes(steps * height * width, 0),
    height,
    width,
    actions: bytes(steps, 1).map((byte) => byte % ATTRIBUTES.actions.length),
    rewards: Float32Array.from(bytes(steps, 2), (byte) => byte - 100),
    terminated: seed % 2 === 0,
  };
}

export async function writeRollouts(path: string, episodes: EpisodeRecord[]): Promise<SealedRollouts> {
  const writer = await createRolloutsWriter(path, ATTRIBUTES);
  for (const episode of episodes) await writer.appendEpisode(episode);
  return writer.seal();
}

/** The file again with some entries replaced, or left out where the replacement is null. */
export async function forge(path: string, replacements: Record<string, Uint8Array | string | null>): Promise<string> {
  const forged = await newPath();
  const zip = await createZipWriter(forged);
  for (const [name, { content }] of await listEntries(path)) {
    const replacement = replacements[name];
    if (replacement !== null) await zip.add(name, replacement ?? content);
  }
  await zip.finish();
  return forged;
}

/** The file's zarr.json called `name`, with `change` applied. */
export async function changedJson(path: string, name: string, change: (json: never) => void): Promise<string> {
  const json: unknown = JSON.parse(String((await listEntries(path)).get(name)?.content));
  change(json as never);
  return JSON.stringify(json);
}

/** What a zip holds and where in the file. */
export async function listEntries(path: string): Promise<Map<string, { start: number; content: Buffer }>> {
  const file = await readFile(path);
  const zip = await yauzl.fromBufferPromise(file, { lazyEntries: true });
  const entries = new Map<string, { start: number; content: Buffer }>();
  for await (const entry of zip.eachEntry()) {
    const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    entries.set(entry.fileName, { start, content: file.subarray(start, start + entry.compressedSize) });
  }
  return entries;
}
