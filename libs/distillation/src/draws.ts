import { type GatheredPixels, nextFrames, startGatherAhead } from '@distiller/rollouts';
import { randomStream } from '@distiller/sobolev';
import type * as tf from '@tensorflow/tfjs-core';
import { AHEAD, orderAhead } from './ahead.ts';
import { type Observations, pixelTensor } from './observations.ts';

/** The examples of one step. */
export interface Draw {
  /** [B] places in the list that was drawn from. */
  rows: Int32Array;
  /** [B, H, W, stack] the observations there. */
  x: tf.Tensor4D;
  /** [B, H, W, stack] the observations one step of play later; null where they were not wanted. */
  next: tf.Tensor4D | null;
  /** Disposes the tensors: their memory is then written over. */
  dispose: () => void;
}

/** Draws made ahead by a thread of their own. */
export interface Draws {
  /** The draw of one step, and the order to make those after it. Steps are taken in order, from any one on. */
  take(step: number): Promise<Draw>;
  /** Ends the thread. Draws that were taken stay whole. */
  close(): Promise<void>;
}

export interface DrawOptions {
  seed: number;
  batchSize: number;
  /** No step after this one is made in advance. */
  lastStep: number;
  /** Whether each draw has its `next` too. */
  withNext: boolean;
}

/** Draws from `indices` with replacement. A draw depends on the seed and the step alone, whichever was taken before. */
export function startDraws(observations: Observations, indices: Int32Array, options: DrawOptions): Draws {
  const { seed, batchSize } = options;
  return startGathering(observations, options, (step, gather) => {
    const rows = drawRows(seed, step, { batchSize, of: indices.length });
    return gather(
      rows,
      rows.map((row) => indices[row]!),
    );
  });
}

/** Has the observations gathered that end in the frames `ends`, which belong to these rows. */
export type Gather = (rows: Int32Array, ends: Int32Array) => Promise<GatheredDraw>;

interface GatheredDraw {
  rows: Int32Array;
  /** The observations, and where they are wanted those one step later. */
  gathered: GatheredPixels[];
}

/** @param draw says what belongs to a step, and has it gathered */
export function startGathering(
  observations: Observations,
  { batchSize, lastStep, withNext }: DrawOptions,
  draw: (step: number, gather: Gather) => Promise<GatheredDraw>,
): Draws {
  const { frames, stack } = observations;
  const slots = (1 + AHEAD) * (withNext ? 2 : 1);
  const thread = startGatherAhead(frames, { stack, batchSize, slots });
  const gather: Gather = async (rows, ends) => {
    const wanted = withNext ? [ends, nextFrames(frames, ends)] : [ends];
    return { rows, gathered: await Promise.all(wanted.map((list) => thread.gather(list))) };
  };
  const take = orderAhead((step) => draw(step, gather), lastStep);

  return {
    async take(step) {
      const { rows, gathered } = await take(step);
      const [x, next] = gathered.map(({ pixels }) => pixelTensor(observations, pixels));
      const dispose = () => {
        x!.dispose();
        next?.dispose();
        for (const { release } of gathered) release();
      };
      return { rows, x: x!, next: next ?? null, dispose };
    },
    close: () => thread.close(),
  };
}

/** [B] places in a list of `of`, drawn with replacement: those of one step. */
export function drawRows(seed: number, step: number, { batchSize, of }: { batchSize: number; of: number }): Int32Array {
  const random = randomStream(seed, 'batch', step);
  return Int32Array.from({ length: batchSize }, () => random.below(of));
}
