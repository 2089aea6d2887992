import { type Frames, gatherObservations } from '@distiller/rollouts';
import * as tf from '@tensorflow/tfjs-core';

/** Recorded frames as the networks of one job see them: stacked and scaled. */
export interface Observations {
  frames: Frames;
  /** Frames in one observation. */
  stack: number;
}

/** uint8 → pixel in [0, 1], as the division in float32 gives it. */
const PIXEL = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/** The observations that end at these frames, as a tensor [B, H, W, stack] in [0, 1]. */
export function observationTensor({ frames, stack }: Observations, indices: Int32Array): tf.Tensor4D {
  const bytes = gatherObservations(frames, indices, { stack });
  const pixels = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) pixels[i] = PIXEL[bytes[i]!]!;
  return tf.tensor4d(pixels, [indices.length, frames.height, frames.width, stack]);
}

/**
 * At most `count` of the given frames, evenly spread and in their order: the middle one of each of `count` stretches, for
 * the first of all is the start of an episode, where blank frames stand in the stack and students answer wildly.
 */
export function evenlySpread(indices: Int32Array, count: number): Int32Array {
  const taken = Math.min(count, indices.length);
  return Int32Array.from({ length: taken }, (_, i) => indices[Math.floor(((i + 0.5) * indices.length) / taken)]!);
}
