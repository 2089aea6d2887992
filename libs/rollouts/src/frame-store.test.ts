import { beforeAll, expect, test } from 'vitest';
import { startFrameBlocks } from './frame-blocks.ts';
import { type FrameStore } from './frame-store.ts';
import { type Frames } from './frames.ts';
import { gatherObservations, nextFrames } from './gather.ts';
import { openRollouts, type Rollouts } from './rollouts.ts';
import { ATTRIBUTES, forge, listEntries, newPath, playEpisode } from './rollouts.fixture.ts';
import { selectFrames } from './select-frames.ts';
import { createRolloutsWriter } from './writer.ts';

const EPISODES = [300, 2, 698].map((steps, index) => playEpisode({ steps, seed: index + 1 }));
const CHUNK_BYTES = 256 * 96;
// Across chunks, at the start of an episode, twice, and the last.
const INDICES = Int32Array.of(999, 300, 301, 302, 255, 256, 257, 0, 511, 512, 300, 700);

const opened = {} as Record<'zero' | 'repeat', Rollouts>;
let path: string;

beforeAll(async () => {
  for (const padding of ['zero', 'repeat'] as const) {
    path = await newPath();
    const observation = { ...ATTRIBUTES.observation, stack_padding: padding };
    const writer = await createRolloutsWriter(path, { ...ATTRIBUTES, observation });
    for (const episode of EPISODES) await writer.appendEpisode(episode);
    await writer.seal();
    opened[padding] = await openRollouts(path);
  }
});

/** The observations that end there, and those one step later. */
function gatherBoth(frames: Frames, indices: Int32Array, stack: number) {
  const ends = [indices, nextFrames(frames, indices)];
  return Buffer.concat(ends.map((list) => gatherObservations(frames, list, { stack })));
}

const CASES = (['zero', 'repeat'] as const).flatMap((padding) =>
  [0, 1, 10].flatMap((chunks) => [1, 4].map((stack) => ({ padding, chunks, stack }))),
);

test.each(CASES)(
  'selected frames stack as all frames do: $padding before, $stack deep, a cache of $chunks chunks',
  async ({ padding, chunks, stack }) => {
    const frames = await opened[padding].loadFrames();
    const store = await opened[padding].openFrames({ cacheBytes: chunks * CHUNK_BYTES });
    for (const indices of [INDICES, INDICES.toReversed(), Int32Array.of(298), Int32Array.of(299, 301)]) {
      const selected = await selectFrames(store, indices, { stack, withNext: true });
      expect(gatherBoth(selected.frames, selected.indices, stack).equals(gatherBoth(frames, indices, stack))).toBe(
        true,
      );
      expect(selected.frames.count).toBeLessThanOrEqual(indices.length * (stack + 1));
    }
    await store.close();
  },
);

/** Every frame of the recording, block by block, by way of two slots, in an order that uses each again. */
async function throughBlocks(store: FrameStore, { blockLength, stack }: { blockLength: number; stack: number }) {
  const blocks = await startFrameBlocks(store, { stack, blockLength, slots: 2, withNext: true });
  const gathered: Buffer[] = [];
  const count = Math.ceil(store.count / blockLength);
  for (let turn = 0; turn < count; turn++) {
    const number = (turn * 3) % count;
    const block = { start: number * blockLength, end: Math.min((number + 1) * blockLength, store.count) };
    await blocks.load(turn % 2, block);
    const places = Int32Array.from({ length: block.end - block.start }, (_, offset) => blocks.place(turn % 2, offset));
    gathered[number] = gatherBoth(blocks.frames, places, stack);
  }
  await blocks.close();
  return gathered;
}

test.each([
  { padding: 'zero', blockLength: 100, stack: 4 },
  { padding: 'repeat', blockLength: 100, stack: 4 },
  { padding: 'zero', blockLength: 256, stack: 3 },
  { padding: 'repeat', blockLength: 301, stack: 1 },
] as const)(
  'blocks of $blockLength frames stack as all frames do: $padding before, $stack deep',
  async ({ padding, blockLength, stack }) => {
    const frames = await opened[padding].loadFrames();
    const store = await opened[padding].openFrames({ cacheBytes: 0 });
    const gathered = await throughBlocks(store, { blockLength, stack });
    for (const [number, block] of gathered.entries()) {
      const length = Math.min(blockLength, frames.count - number * blockLength);
      const indices = Int32Array.from({ length }, (_, offset) => number * blockLength + offset);
      expect(block.equals(gatherBoth(frames, indices, stack))).toBe(true);
    }
    await store.close();
  },
);

/** With a chunk that does not unpack, though its checksum is right. */
async function damaged(): Promise<FrameStore> {
  const content = Buffer.from((await listEntries(path)).get('frames/c/1/0/0')?.content ?? []);
  content.fill(0xff, 20);
  return (await openRollouts(await forge(path, { 'frames/c/1/0/0': content }))).openFrames({ cacheBytes: 0 });
}

test('a corrupt chunk is named when it is read, and the others can be read', async () => {
  const store = await damaged();
  const select = (...indices: number[]) => selectFrames(store, Int32Array.from(indices), { stack: 4 });
  await expect(select(300)).rejects.toThrow(/^frames\/c\/1\/0\/0: /);
  expect((await select(10, 600)).frames.count).toBe(8);
  await expect(select(1000)).rejects.toThrow(RangeError);
  await store.close();
});

test('a thread that finds a corrupt chunk names it as its owner would', async () => {
  const store = await damaged();
  const blocks = await startFrameBlocks(store, { stack: 4, blockLength: 100, slots: 1, withNext: false });
  await blocks.load(0, { start: 100, end: 200 });
  await expect(blocks.load(0, { start: 200, end: 300 })).rejects.toMatchObject({
    name: 'RolloutsError',
    message: expect.stringMatching(/^frames\/c\/1\/0\/0: /) as string,
  });
  await blocks.close();
  await store.close();
});
