import { expect, test } from 'vitest';
import { type Frames } from './frames.ts';
import { gatherObservations } from './gather.ts';

/** Two episodes, frames 0–4 and 5–9, of random pixels. */
function makeFrames(height: number, width: number): Frames {
  const count = 10;
  const data = new Uint8Array((count + 1) * height * width);
  for (let i = 0; i < count * height * width; i++) data[i] = (Math.imul(i + 1, 2654435761) >>> 11) | 1;
  return { data, count, height, width, firstOfEpisode: Int32Array.from({ length: count }, (_, i) => (i < 5 ? 0 : 5)) };
}

/** The definition: pixel (y, x) of the k-th oldest frame, zero before the episode. */
function pixel(frames: Frames, { newest, age, y, x }: { newest: number; age: number; y: number; x: number }): number {
  const frame = newest - age;
  if (frame < frames.firstOfEpisode[newest]!) return 0;
  return frames.data[(frame * frames.height + y) * frames.width + x]!;
}

const SHAPES = [
  { height: 84, width: 84, stack: 4, block: 4 },
  { height: 84, width: 84, stack: 4, block: 1 },
  { height: 8, width: 16, stack: 4, block: 4 },
  { height: 8, width: 16, stack: 4, block: 8 },
  { height: 12, width: 18, stack: 4, block: 2 },
  { height: 12, width: 18, stack: 3, block: 6 },
  { height: 5, width: 7, stack: 1, block: 1 },
];

test.each(SHAPES)('gathering follows its definition: $height×$width, $stack deep, block $block', (shape) => {
  const { height, width, stack, block } = shape;
  const frames = makeFrames(height, width);
  const indices = Int32Array.of(9, 3, 3, 5, 0, 7);
  const actual = gatherObservations(frames, indices, { stack, block });
  const expected: number[] = [];
  for (const newest of indices)
    for (let Y = 0; Y < height / block; Y++)
      for (let X = 0; X < width / block; X++)
        for (let dy = 0; dy < block; dy++)
          for (let dx = 0; dx < block; dx++)
            for (let k = 0; k < stack; k++) {
              const place = { newest, age: stack - 1 - k, y: Y * block + dy, x: X * block + dx };
              expected.push(pixel(frames, place));
            }
  expect(Buffer.compare(actual, Uint8Array.from(expected))).toBe(0);
});

test('a stack never shows the end of the episode before', () => {
  const frames = makeFrames(4, 4);
  const observation = gatherObservations(frames, [6], { stack: 4, block: 1 });
  const first = [0, 1, 2, 3].map((k) => observation[k]!);
  expect(first).toEqual([0, 0, frames.data[5 * 16]!, frames.data[6 * 16]!]);
});

test('gathering into a used buffer overwrites all of it', () => {
  const frames = makeFrames(84, 84);
  const options = { stack: 4, block: 4 };
  const into = new Uint8Array(2 * 84 * 84 * 4).fill(255);
  expect(gatherObservations(frames, [5, 0], { ...options, into })).toBe(into);
  expect(Buffer.compare(into, gatherObservations(frames, [5, 0], options))).toBe(0);
});

test('what does not fit is refused', () => {
  const frames = makeFrames(84, 84);
  expect(() => gatherObservations(frames, [10], { stack: 4, block: 4 })).toThrow('no frame 10');
  expect(() => gatherObservations(frames, [-1], { stack: 4, block: 4 })).toThrow('no frame -1');
  expect(() => gatherObservations(frames, [1], { stack: 4, block: 5 })).toThrow('Blocks of 5');
  expect(() => gatherObservations(frames, [1], { stack: 4, block: 4, into: new Uint8Array(7) })).toThrow('28224 bytes');
});
