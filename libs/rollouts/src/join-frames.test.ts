import { expect, test } from 'vitest';
import { type Frames } from './frames.ts';
import { gatherObservations } from './gather.ts';
import { joinFrames } from './join-frames.ts';

/** Two episodes of 2×1 frames, each frame filled with its number. */
function numbered(from: number, lengths: readonly number[]): Frames {
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const data = new Uint8Array(new SharedArrayBuffer((count + 1) * 2));
  const firstOfEpisode = new Int32Array(new SharedArrayBuffer(count * 4));
  for (let index = 0; index < count; index++) data.fill(from + index, index * 2, index * 2 + 2);
  let start = 0;
  for (const length of lengths) firstOfEpisode.fill(start, start, (start += length));
  return { data, count, height: 2, width: 1, firstOfEpisode };
}

test('joined frames keep their stacks: each begins at its own episode, whatever recording it is of', () => {
  const [a, b] = [numbered(1, [3, 2]), numbered(6, [2, 4])];
  const joined = joinFrames([a, b]);
  expect(joined.count).toBe(11);
  const all = (frames: Frames) => Int32Array.from({ length: frames.count }, (_, index) => index);
  const stacks = (frames: Frames) => [...gatherObservations(frames, all(frames), { stack: 3 })];
  expect(stacks(joined)).toEqual([...stacks(a), ...stacks(b)]);
});

test('frames of different sizes are not joined', () => {
  expect(() => joinFrames([numbered(1, [1]), { ...numbered(1, [1]), height: 1 }])).toThrow(
    '1×1 do not join those of 2×1',
  );
});
