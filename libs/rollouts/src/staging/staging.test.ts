import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type EpisodeRecord } from '../episode.ts';
import { ATTRIBUTES, newPath, playEpisode, writeRollouts } from '../rollouts.fixture.ts';
import { openStaging, type Staging, type StagingOptions } from './staging.ts';

const options: StagingOptions = { attributes: ATTRIBUTES, plan: { envs: 3 }, height: 8, width: 12, columns: 0 };
const EPISODES = [
  playEpisode({ steps: 600, seed: 1 }),
  playEpisode({ steps: 3, seed: 2 }),
  playEpisode({ steps: 256 }),
];

async function stage(staging: Staging, number: number, { terminated, ...episode }: EpisodeRecord): Promise<void> {
  const part = staging.begin(number);
  for (let at = 0; at < episode.actions.length; at++) {
    await part.append({
      ...episode,
      frames: episode.frames.subarray(at * 96, (at + 1) * 96),
      actions: episode.actions.subarray(at, at + 1),
      rewards: episode.rewards.subarray(at, at + 1),
      ...(episode.logProbs ? { logProbs: episode.logProbs.subarray(4 * at, 4 * at + 4) } : {}),
    });
  }
  await staging.finish(part, terminated);
}

test('episodes that ended in any order are sealed in theirs, as if they had been written so', async () => {
  const [direct, path] = [await newPath(), await newPath()];
  const staging = await openStaging(`${path}.recording`, options);
  for (const number of [2, 0, 1]) await stage(staging, number, EPISODES[number]!);
  const sealed = await staging.seal(path, [0, 1, 2]);
  expect(sealed).toEqual(await writeRollouts(direct, EPISODES));
  expect(readFileSync(path).equals(readFileSync(direct))).toBe(true);
  expect(readdirSync(dirname(path))).toEqual(['play.zarr.zip']);
});

test('what a teacher said is staged with the steps', async () => {
  const [direct, path] = [await newPath(), await newPath()];
  const labelled = { ...playEpisode({ steps: 300 }), logProbs: Float32Array.from({ length: 1200 }, (_, i) => -i) };
  const staging = await openStaging(`${path}.recording`, { ...options, columns: 4 });
  await stage(staging, 0, labelled);
  expect(await staging.seal(path, [0])).toEqual(await writeRollouts(direct, [labelled]));
});

test('an interrupted recording goes on: whole episodes are there, half ones are not, torn lines are forgotten', async () => {
  const directory = `${await newPath()}.recording`;
  const first = await openStaging(directory, options);
  await stage(first, 4, EPISODES[0]!);
  const half = first.begin(5);
  await half.append(EPISODES[2]!);
  await appendFile(join(directory, 'journal.jsonl'), '{"episode":6,"fra');
  const second = await openStaging(directory, options);
  await half.discard();
  expect([...second.episodes.keys()]).toEqual([4]);
  expect(second.damaged).toEqual([]);
  await stage(second, 5, EPISODES[1]!);
  const third = await openStaging(directory, options);
  expect([...third.episodes.values()].map(({ frames, terminated }) => [frames, terminated])).toEqual([
    [600, false],
    [3, true],
  ]);
  expect(readdirSync(directory).filter((name) => name.endsWith('.partial'))).toEqual([]);
});

test.each([
  ['a flipped bit', (path: string) => flipBit(path, 900), 'episode-0: block 0 is corrupt: its checksum differs'],
  ['a flipped bit in the last block', (path: string) => flipBit(path, -7), 'episode-0: block 2 is corrupt'],
  ['a file cut short', (path: string) => truncateSync(path, 8000), 'episode-0: has 8000 bytes'],
])('%s in a staged episode is named, and the episode is as if never recorded', async (_what, damage, message) => {
  const directory = `${await newPath()}.recording`;
  const staging = await openStaging(directory, options);
  await stage(staging, 0, EPISODES[0]!);
  damage(join(directory, 'episode-0'));
  const reopened = await openStaging(directory, options);
  expect([...reopened.episodes.keys()]).toEqual([]);
  expect(reopened.damaged).toEqual([expect.stringContaining(message)]);
  // Sealed without being opened again, it is refused, and nothing is left at the path.
  const path = await newPath();
  await expect(staging.seal(path, [0])).rejects.toThrow(message);
  expect(existsSync(path)).toBe(false);
  await stage(reopened, 0, EPISODES[0]!);
  expect((await openStaging(directory, options)).episodes.size).toBe(1);
});

test('another recording’s directory is refused, unless nothing of it was finished', async () => {
  const directory = `${await newPath()}.recording`;
  await openStaging(directory, options);
  const other = { ...options, plan: { envs: 4 } };
  const staging = await openStaging(directory, other);
  await stage(staging, 0, EPISODES[1]!);
  await expect(openStaging(directory, options)).rejects.toThrow('another recording lies there');
  expect((await openStaging(directory, other)).episodes.size).toBe(1);
});

test('an episode that was not recorded cannot be sealed', async () => {
  const path = await newPath();
  const staging = await openStaging(`${path}.recording`, options);
  await stage(staging, 0, EPISODES[1]!);
  await expect(staging.seal(path, [0, 1])).rejects.toThrow('episode-1: was not recorded');
  expect(existsSync(path)).toBe(false);
});

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[(at + bytes.length) % bytes.length]! ^= 4;
  writeFileSync(path, bytes);
}
