import { expect, test } from 'vitest';
import { type Frames } from './frames.ts';
import { gatherObservations, gatherPixels, nextFrames } from './gather.ts';

/** Two episodes, frames 0–4 and 5–9, of random pixels. */
function makeFrames(height: number, width: number): Frames {
  const count = 10;
  const data = new Uint8Array(new SharedArrayBuffer((count + 1) * height * width));
  for (let i = 0; i < count * height * width; i++) data[i] = (Math.imul(i + 1, 2654435761) >>> 11) | 1;
  return { data, count, height, width, firstOfEpisode: Int32Array.from({ length: count }, (_, i) => (i < 5 ? 0 : 5)) };
}

/** The definition: pixel (y, x) of the k-th oldest frame, zero before the episode. */
function pixel(frames: Frames, { newest, age, y, x }: { newest: number; age: number; y: number; x: number }): number {
  const frame = newest - age;
  if (frame < frames.firstOfEpisode[newest]!) return 0;
  return frames.data[(frame * frames.height + y) * frames.width + x]!;
}

const asBytes = ({ buffer }: Float32Array) => new Uint8Array(buffer);

const SHAPES = [
  { height: 84, width: 84, stack: 4 },
  { height: 4, width: 8, stack: 4 },
  { height: 6, width: 10, stack: 4 },
  { height: 5, width: 7, stack: 4 },
  { height: 12, width: 18, stack: 3 },
  { height: 5, width: 7, stack: 1 },
];

test('newest first is the same stack, turned round', () => {
  const frames = makeFrames(2, 2);
  const [oldest, newest] = (['oldest_first', 'newest_first'] as const).map((order) =>
    gatherObservations(frames, [7, 1], { stack: 3, order }),
  );
  for (let pixel = 0; pixel < newest!.length; pixel += 3) {
    expect([...newest!.subarray(pixel, pixel + 3)]).toEqual([...oldest!.subarray(pixel, pixel + 3)].reverse());
  }
});

test('where the contract says so, the first frame of the episode stands before itself', () => {
  const frames: Frames = { ...makeFrames(1, 1), padding: 'repeat' };
  const [first, second] = [frames.data[5]!, frames.data[6]!];
  expect([...gatherObservations(frames, [5, 6], { stack: 4 })]).toEqual([
    first,
    first,
    first,
    first,
    first,
    first,
    first,
    second,
  ]);
});

test.each(SHAPES)('gathering follows its definition: $height×$width, $stack deep', ({ height, width, stack }) => {
  const frames = makeFrames(height, width);
  const indices = Int32Array.of(9, 3, 3, 5, 0, 7);
  const expected: number[] = [];
  for (const newest of indices)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let k = 0; k < stack; k++) expected.push(pixel(frames, { newest, age: stack - 1 - k, y, x }));
  expect(Buffer.compare(gatherObservations(frames, indices, { stack }), Uint8Array.from(expected))).toBe(0);
});

test.each(SHAPES)('pixels are bytes / 255 in float32: $height×$width, $stack deep', ({ height, width, stack }) => {
  const frames = makeFrames(height, width);
  const indices = Int32Array.of(9, 3, 3, 5, 0, 7);
  const bytes = gatherObservations(frames, indices, { stack });
  const expected = Float32Array.from(bytes, (byte) => byte / 255);
  expect(Buffer.compare(asBytes(gatherPixels(frames, indices, stack)), asBytes(expected))).toBe(0);
});

test('a stack never shows the end of the episode before', () => {
  const frames = makeFrames(4, 4);
  const observation = gatherObservations(frames, [6], { stack: 4 });
  const first = [0, 1, 2, 3].map((k) => observation[k]!);
  expect(first).toEqual([0, 0, frames.data[5 * 16]!, frames.data[6 * 16]!]);
});

test('gathering into a used buffer overwrites all of it', () => {
  const frames = makeFrames(84, 84);
  const options = { stack: 4 };
  const into = new Uint8Array(2 * 84 * 84 * 4).fill(255);
  expect(gatherObservations(frames, [5, 0], { ...options, into })).toBe(into);
  expect(Buffer.compare(into, gatherObservations(frames, [5, 0], options))).toBe(0);
});

test('the frame after the last of an episode is itself, and after any other the next one', () => {
  expect([...nextFrames(makeFrames(4, 4), Int32Array.of(0, 3, 4, 5, 8, 9))]).toEqual([1, 4, 4, 6, 9, 9]);
});

test('what does not fit is refused', () => {
  const frames = makeFrames(84, 84);
  expect(() => gatherObservations(frames, [10], { stack: 4 })).toThrow('no frame 10');
  expect(() => gatherObservations(frames, [-1], { stack: 4 })).toThrow('no frame -1');
  expect(() => gatherObservations(frames, [1], { stack: 4, into: new Uint8Array(7) })).toThrow('28224 bytes');
});
