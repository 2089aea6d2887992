import { fileURLToPath } from 'node:url';
import { openRollouts } from '@distiller/distillation';
import { type Frames, gatherObservations, type Rollouts, startGatherAhead } from '@distiller/rollouts';
import { randomStream } from '@distiller/sobolev';
import { startWindowedDraws } from '../../libs/distillation/src/windows/windowed-draws.ts';
import { startTimer } from './cpu-timer.ts';

/** Random batches of 200 stacked observations a second, and of CPU; training takes about 20 a second. */
export interface Batches {
  /** uint8 from memory. */
  bytes: BatchRate;
  /** float32 by the thread that gathers ahead of training. */
  pixels: BatchRate;
  /** float32 by the threads of a recording that does not fit into memory: from a window of a third of its blocks, tensors and all. */
  windowed: BatchRate;
}

interface BatchRate {
  batches_per_second: number;
  batches_per_cpu_second: number;
}

const PATH = fileURLToPath(new URL('../../apps/demo/data/breakout.rollouts.zarr.zip', import.meta.url));
const [BATCH, STACK, COUNT] = [200, 4, 100];

export async function measureBatches(): Promise<Batches> {
  const rollouts = await openRollouts(PATH);
  const frames = await rollouts.loadFrames();
  const anywhere = (step: number) => draw(step, 0, frames.count);
  const into = new Uint8Array(BATCH * 84 * 84 * STACK);
  const measured = {
    bytes: await measure((step) => gatherObservations(frames, anywhere(step), { stack: STACK, into })),
    pixels: await measureAhead(frames, anywhere),
    windowed: await measureWindowed(rollouts),
  };
  return measured;
}

async function measureAhead(frames: Frames, draws: (step: number) => Int32Array): Promise<BatchRate> {
  const thread = startGatherAhead(frames, { stack: STACK, batchSize: BATCH, slots: 2 });
  const rate = await measure(async (step) => (await thread.gather(draws(step))).release());
  await thread.close();
  return rate;
}

async function measureWindowed(rollouts: Rollouts): Promise<BatchRate> {
  const store = await rollouts.openFrames({ cacheBytes: 0 });
  const indices = Int32Array.from({ length: store.count }, (_, index) => index);
  const bytes = Math.floor((store.count * 84 * 84) / 3);
  const options = { seed: 1, batchSize: BATCH, lastStep: Infinity, withNext: false };
  const draws = await startWindowedDraws({ store, stack: STACK, bytes }, indices, options);
  let step = 0;
  const rate = await measure(async () => (await draws.take((step += 1))).dispose());
  await draws.close();
  await store.close();
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
