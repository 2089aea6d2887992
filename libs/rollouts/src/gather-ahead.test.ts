import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { type Frames } from './frames.ts';
import { type GatherAhead, startGatherAhead } from './gather-ahead.ts';
import { gatherPixels } from './gather.ts';

const [COUNT, SIZE, STACK] = [30, 8, 4];

function makeFrames(): Frames {
  const data = new Uint8Array(new SharedArrayBuffer((COUNT + 1) * SIZE * SIZE));
  for (let i = 0; i < COUNT * SIZE * SIZE; i++) data[i] = Math.imul(i + 1, 2654435761) >>> 11;
  return { data, count: COUNT, height: SIZE, width: SIZE, firstOfEpisode: new Int32Array(COUNT) };
}

const started: GatherAhead[] = [];
afterEach(() => Promise.all(started.splice(0).map((thread) => thread.close())));

function start(frames: Frames, slots: number): GatherAhead {
  const thread = startGatherAhead(frames, { stack: STACK, batchSize: 5, slots });
  started.push(thread);
  return thread;
}

const ends = (step: number) => Int32Array.from({ length: 1 + (step % 5) }, (_, b) => (step * 7 + b * 11) % COUNT);

test('each batch is what the main thread would gather, however many were asked for at once', async () => {
  const frames = makeFrames();
  const thread = start(frames, 2);
  const steps = Array.from({ length: 12 }, (_, step) => step);
  const seen = await Promise.all(
    steps.map(async (step) => {
      const { pixels, release } = await thread.gather(ends(step));
      const copy = Float32Array.from(pixels);
      release();
      return copy;
    }),
  );
  expect(seen).toEqual(steps.map((step) => gatherPixels(frames, ends(step), STACK)));
});

test('a batch stays as it is until it is released, and a second release gives nothing back', async () => {
  const frames = makeFrames();
  const thread = start(frames, 2);
  const [first, second] = await Promise.all([thread.gather(ends(1)), thread.gather(ends(2))]);
  const third = thread.gather(ends(3));
  second.release();
  second.release();
  const fourth = thread.gather(ends(4));
  expect((await third).pixels).toEqual(gatherPixels(frames, ends(3), STACK));
  expect(first.pixels).toEqual(gatherPixels(frames, ends(1), STACK));
  first.release();
  expect((await fourth).pixels).toEqual(gatherPixels(frames, ends(4), STACK));
  expect((await third).pixels).toEqual(gatherPixels(frames, ends(3), STACK));
});

test('pixels lie at the start of a page, where TensorFlow takes them without copying', async () => {
  const { pixels } = await start(makeFrames(), 1).gather(ends(1));
  expect(pixels.byteOffset).toBe(0);
  expect(pixels.buffer.byteLength % 4096).toBe(0);
});

test('an error in the thread is the error of all that is and will be asked for', async () => {
  const thread = start({ ...makeFrames(), data: null as never }, 1);
  const both = [thread.gather(ends(1)), thread.gather(ends(2))].map((asked) =>
    expect(asked).rejects.toThrow('of null'),
  );
  await Promise.all(both);
  await expect(thread.gather(ends(3))).rejects.toThrow('of null');
});

test('what was asked for before the end and is not there is rejected', async () => {
  const thread = start(makeFrames(), 1);
  await thread.gather(ends(1));
  const never = thread.gather(ends(2));
  await Promise.all([expect(never).rejects.toThrow('observations are gathered was ended'), thread.close()]);
});

test('frames that are not there, and more than a slot holds, are refused', async () => {
  const thread = start(makeFrames(), 1);
  await expect(thread.gather(Int32Array.of(COUNT))).rejects.toThrow('no frame 30');
  await expect(thread.gather(new Int32Array(6))).rejects.toThrow('6 are more than 5');
});

test.each(['close', 'forget'])('a process ends by itself with a batch under way: %s', async (what) => {
  const fixture = fileURLToPath(new URL('./gather-ahead.fixture.ts', import.meta.url));
  const running = promisify(execFile)(process.execPath, ['--import', 'tsx', fixture, what]);
  expect((await running).stdout).toBe('done');
});
