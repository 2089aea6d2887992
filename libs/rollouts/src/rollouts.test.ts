import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { encodeChunk } from './chunk-codec.ts';
import { openRollouts } from './rollouts.ts';
import { RolloutsError } from './rollouts-error.ts';
import {
  ATTRIBUTES,
  changedJson,
  forge,
  listEntries,
  newPath,
  playEpisode,
  writeRollouts,
} from './rollouts.fixture.ts';

const played = [300, 1, 400, 60].map((steps, index) => playEpisode({ steps, seed: index + 1 }));
const path = await newPath();
await writeRollouts(path, played);

interface ArrayJson {
  shape: number[];
  chunk_grid: { configuration: { chunk_shape: number[] } };
}

test('what was recorded is read back, across chunk boundaries', async () => {
  const rollouts = await openRollouts(path);
  const { data, count, height, width } = await rollouts.loadFrames();
  expect(rollouts.attributes).toEqual({ format_version: 1, ...ATTRIBUTES });
  expect([rollouts.frameCount, rollouts.height, rollouts.width]).toEqual([761, 8, 12]);
  expect([count, height, width]).toEqual([761, 8, 12]);
  const recorded = Buffer.concat([...played.map(({ frames }) => frames), new Uint8Array(8 * 12)]);
  expect(recorded.equals(data)).toBe(true);
  expect(recorded.length).toBe(762 * 96);
  expect(await rollouts.loadActions()).toEqual(new Uint8Array(Buffer.concat(played.map(({ actions }) => actions))));
});

test('episodes keep their bounds, their returns and how they ended', async () => {
  const { episodes } = await openRollouts(path);
  const returns = played.map(({ rewards }) => rewards.reduce((sum, reward) => sum + reward, 0));
  expect(episodes).toEqual([
    { start: 0, end: 300, return: returns[0], terminated: false },
    { start: 300, end: 301, return: returns[1], terminated: true },
    { start: 301, end: 701, return: returns[2], terminated: false },
    { start: 701, end: 761, return: returns[3], terminated: true },
  ]);
});

test('each frame knows the first of its episode', async () => {
  const { firstOfEpisode } = await (await openRollouts(path)).loadFrames();
  expect([0, 299, 300, 301, 700, 701, 760].map((frame) => firstOfEpisode[frame])).toEqual([
    0, 0, 300, 301, 301, 701, 701,
  ]);
});

test('what a teacher said while another policy played is kept with the play', async () => {
  const labelled = (steps: number, from: number) => ({
    ...playEpisode({ steps }),
    logProbs: Float32Array.from({ length: 4 * steps }, (_, index) => -(from + index)),
  });
  const file = await newPath();
  await writeRollouts(file, [labelled(5000, 0), labelled(7, 20_000)]);
  const logProbs = await (await openRollouts(file)).loadLogProbs();
  expect(logProbs).toHaveLength(4 * 5007);
  expect([logProbs![19_999], logProbs![20_000], logProbs![20_027]]).toEqual([-19_999, -20_000, -20_027]);
  expect(await (await openRollouts(path)).loadLogProbs()).toBeNull();
});

test('a file cut anywhere is refused', async () => {
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length += 997) {
    const cut = await newPath();
    writeFileSync(cut, whole.subarray(0, length));
    await expect(openRollouts(cut)).rejects.toThrow(RolloutsError);
  }
});

test('a bit flipped in any entry is found on opening, and the entry is named', async () => {
  const whole = readFileSync(path);
  for (const [name, { start, content }] of await listEntries(path)) {
    const flipped = await newPath();
    const bytes = Buffer.from(whole);
    bytes[start + (content.length >> 1)]! ^= 4;
    writeFileSync(flipped, bytes);
    await expect(openRollouts(flipped)).rejects.toThrow(`${name}: corrupt`);
  }
});

test('a bit flipped anywhere is refused or changes nothing', async () => {
  const whole = readFileSync(path);
  const original = await contentsOf(path);
  for (let at = 0; at < whole.length; at += 211) {
    const flipped = await newPath();
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 1 << (at % 8);
    writeFileSync(flipped, bytes);
    const outcome = await contentsOf(flipped).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(RolloutsError);
    else expect(outcome).toEqual(original);
  }
});

test('a chunk whose checksum was forged is named when it does not unpack', async () => {
  const content = Buffer.from((await listEntries(path)).get('frames/c/1/0/0')?.content ?? []);
  content.fill(0xff, 20);
  const rollouts = await openRollouts(await forge(path, { 'frames/c/1/0/0': content }));
  await expect(rollouts.loadFrames()).rejects.toThrow(/^frames\/c\/1\/0\/0: /);
});

test('a bomb, small packed and huge unpacked, is refused by the size it declares', async () => {
  const bomb = await encodeChunk(new Uint8Array(40 * 2 ** 20));
  await expect(openRollouts(await forge(path, { 'frames/c/1/0/0': bomb }))).rejects.toThrow(
    'frames/c/1/0/0: is not one zstd frame of 24576 bytes',
  );
  await expect(openRollouts(await forge(path, { 'actions/c/0': bomb }))).rejects.toThrow('actions/c/0');
});

test.each([
  [
    'more frames than the file holds',
    (json: ArrayJson) => (json.shape[0] = 2 ** 52),
    'frames: declares 4503599627370496',
  ],
  ['a chunk more than the file holds', (json: ArrayJson) => (json.shape[0] = 769), 'frames/c/3/0/0: missing'],
  ['huge frames', (json: ArrayJson) => (json.shape[1] = 2 ** 40), 'frames/zarr.json'],
  ['huge chunks', (json: ArrayJson) => (json.chunk_grid.configuration.chunk_shape[0] = 2 ** 50), 'frames: chunks of'],
  ['no frames', (json: ArrayJson) => (json.shape[0] = 0), 'frames: 0 frames'],
  ['a number of frames unlike the actions', (json: ArrayJson) => (json.shape[0] = 760), 'actions: 761 for 760 frames'],
])('frames that declare %s are refused before anything is allocated', async (_what, change, message) => {
  const forged = await changedJson(path, 'frames/zarr.json', change);
  await expect(openRollouts(await forge(path, { 'frames/zarr.json': forged }))).rejects.toThrow(message);
});

test.each([
  ['frames/c/1/0/0', null, 'frames/c/1/0/0: missing'],
  ['rewards/zarr.json', null, 'rewards/zarr.json: missing'],
  ['zarr.json', '{', 'zarr.json: is not JSON'],
  ['zarr.json', '{"zarr_format":3,"node_type":"group","attributes":{}}', 'attributes.format_version'],
])('%s replaced by %s is refused', async (name, content, message) => {
  await expect(openRollouts(await forge(path, { [name]: content }))).rejects.toThrow(message);
});

test('episodes that are empty or out of order are refused', async () => {
  const starts = new Int32Array(65_536);
  starts.set([0, 400, 301, 701]);
  const chunk = await encodeChunk(new Uint8Array(starts.buffer));
  await expect(openRollouts(await forge(path, { 'episode_starts/c/0': chunk }))).rejects.toThrow(
    'episode_starts: episode 1 has no frames',
  );
});

test.each([
  ['episode_starts', 'episode_starts: 762 episodes of 761 frames are too many'],
  ['terminated', 'terminated: 762 for 4 episodes'],
])('more %s than there can be are refused before any is read', async (name, message) => {
  const forged = await changedJson(path, `${name}/zarr.json`, (json: ArrayJson) => (json.shape[0] = 762));
  await expect(openRollouts(await forge(path, { [`${name}/zarr.json`]: forged }))).rejects.toThrow(message);
});

test('an action without a name is refused', async () => {
  const chunk = await encodeChunk(new Uint8Array(65_536).fill(4));
  await expect(openRollouts(await forge(path, { 'actions/c/0': chunk }))).rejects.toThrow('actions: 4 has no name');
});

test('a file that is not there is no invalid file', async () => {
  await expect(openRollouts('/nowhere/play.zarr.zip')).rejects.toMatchObject({ code: 'ENOENT' });
});

async function contentsOf(file: string) {
  const rollouts = await openRollouts(file);
  const { data } = await rollouts.loadFrames();
  return {
    ...rollouts,
    loadFrames: null,
    openFrames: null,
    loadActions: await rollouts.loadActions(),
    loadLogProbs: await rollouts.loadLogProbs(),
    data: Buffer.from(data).toString('base64'),
  };
}
