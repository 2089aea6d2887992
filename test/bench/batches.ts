import { fileURLToPath } from 'node:url';
import { openRollouts } from '@distiller/distillation';
import { type Frames, gatherObservations, startGatherAhead } from '@distiller/rollouts';
import { randomStream } from '@distiller/sobolev';
import { startTimer } from './cpu-timer.ts';

/** Random batches of 200 stacked observations a second, and of CPU; training takes about 20 a second. */
export interface Batches {
  /** uint8 from memory. */
  bytes: BatchRate;
  /** float32 by the thread that gathers ahead of training. */
  pixels: BatchRate;
  /** uint8, chunk by chunk, with a cache for all of them. */
  cached: BatchRate;
  /** uint8, chunk by chunk, drawn from a window of 16 chunks that moves on by one chunk a batch, and a cache for no more. */
  windowed: BatchRate;
}

interface BatchRate {
  batches_per_second: number;
  batches_per_cpu_second: number;
}

const PATH = fileURLToPath(new URL('../../apps/demo/data/breakout.rollouts.zarr.zip', import.meta.url));
const [BATCH, STACK, COUNT, WINDOW] = [200, 4, 100, 16];

export async function measureBatches(): Promise<Batches> {
  const rollouts = await openRollouts(PATH);
  const frames = await rollouts.loadFrames();
  const everything = await rollouts.openFrames({ cacheBytes: 2 ** 30 });
  const little = await rollouts.openFrames({ cacheBytes: (WINDOW + 1) * 256 * 84 * 84 });
  const anywhere = (step: number) => draw(step, 0, frames.count);
  const inWindow = (step: number) => draw(step, (step % 100) * 256, WINDOW * 256);
  const into = new Uint8Array(BATCH * 84 * 84 * STACK);
  const measured = {
    bytes: await measure((step) => gatherObservations(frames, anywhere(step), { stack: STACK, into })),
    pixels: await measureAhead(frames, anywhere),
    cached: await measure((step) => everything.gather(anywhere(step), { stack: STACK, into })),
    windowed: await measure((step) => little.gather(inWindow(step), { stack: STACK, into })),
  };
  await Promise.all([everything.close(), little.close()]);
  return measured;
}

async function measureAhead(frames: Frames, draws: (step: number) => Int32Array): Promise<BatchRate> {
  const thread = startGatherAhead(frames, { stack: STACK, batchSize: BATCH, slots: 2 });
  const rate = await measure(async (step) => (await thread.gather(draws(step))).release());
  await thread.close();
  return rate;
}

function draw(step: number, from: number, count: number): Int32Array {
  const random = randomStream(1, 'batch', step);
  return Int32Array.from({ length: BATCH }, () => from + random.below(count));
}

async function measure(gather: (step: number) => unknown): Promise<BatchRate> {
  // Fills caches, and lets code be compiled.
  for (let step = 0; step < 20; step++) await gather(1000 + step);
  const timer = startTimer();
  for (let step = 0; step < COUNT; step++) await gather(step);
  const { frames_per_second, frames_per_cpu_second } = timer(COUNT);
  return { batches_per_second: frames_per_second, batches_per_cpu_second: frames_per_cpu_second };
}
