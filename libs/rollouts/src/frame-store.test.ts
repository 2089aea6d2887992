import { beforeAll, expect, test } from 'vitest';
import { gatherObservations, gatherPixels } from './gather.ts';
import { openRollouts, type Rollouts } from './rollouts.ts';
import { forge, listEntries, newPath, playEpisode, writeRollouts } from './rollouts.fixture.ts';

const EPISODES = [playEpisode({ steps: 300, seed: 1 }), playEpisode({ steps: 700, seed: 2 })];
let path: string;
let rollouts: Rollouts;

beforeAll(async () => {
  path = await newPath();
  await writeRollouts(path, EPISODES);
  rollouts = await openRollouts(path);
});

const CHUNK_BYTES = 256 * 96;
// Across chunks, at the start of an episode, twice, and the last.
const INDICES = [999, 300, 301, 255, 256, 257, 0, 511, 512, 300, 700];

test.each([
  ['of one chunk', CHUNK_BYTES],
  ['of all chunks', 10 * CHUNK_BYTES],
  ['of nothing', 0],
])('with a cache %s frames are gathered as from memory', async (_what, cacheBytes) => {
  const frames = await rollouts.loadFrames();
  const store = await rollouts.openFrames({ cacheBytes });
  for (const indices of [INDICES, INDICES.toReversed()]) {
    const expected = gatherObservations(frames, indices, { stack: 4 });
    expect(Buffer.compare(await store.gather(indices, { stack: 4 }), expected)).toBe(0);
    const turned = gatherObservations(frames, indices, { stack: 3, order: 'newest_first' });
    expect(Buffer.compare(await store.gather(indices, { stack: 3, order: 'newest_first' }), turned)).toBe(0);
    expect(await store.gatherPixels(indices, 4)).toEqual(gatherPixels(frames, indices, 4));
  }
  await store.close();
});

test('batches that are gathered at the same time do not disturb each other', async () => {
  const frames = await rollouts.loadFrames();
  const store = await rollouts.openFrames({ cacheBytes: 2 * CHUNK_BYTES });
  const batches = Array.from({ length: 20 }, (_, batch) => INDICES.map((index) => (index + 37 * batch) % 1000));
  const gathered = await Promise.all(batches.map((indices) => store.gather(indices, { stack: 4 })));
  for (const [batch, indices] of batches.entries()) {
    expect(Buffer.compare(gathered[batch]!, gatherObservations(frames, indices, { stack: 4 }))).toBe(0);
  }
  await store.close();
});

test('a corrupt chunk is named when it is read, and the others can be read', async () => {
  const content = Buffer.from((await listEntries(path)).get('frames/c/1/0/0')?.content ?? []);
  content.fill(0xff, 20);
  const store = await (
    await openRollouts(await forge(path, { 'frames/c/1/0/0': content }))
  ).openFrames({ cacheBytes: 0 });
  await expect(store.gather([300], { stack: 4 })).rejects.toThrow(/^frames\/c\/1\/0\/0: /);
  expect(await store.gather([10, 600], { stack: 1 })).toHaveLength(2 * 96);
  await expect(store.gather([1000], { stack: 4 })).rejects.toThrow(RangeError);
  await store.close();
});
