import { type Frames, gatherPixels } from '@distiller/rollouts';
import * as tf from '@tensorflow/tfjs-core';

/** Recorded frames as the networks of one job see them: stacked and scaled. */
export interface Observations {
  frames: Frames;
  /** Frames in one observation. */
  stack: number;
}

/** The observations that end at these frames, as a tensor [B, H, W, stack] in [0, 1]. */
export function observationTensor(observations: Observations, indices: Int32Array): tf.Tensor4D {
  const { frames, stack } = observations;
  return pixelTensor(observations, gatherPixels(frames, indices, stack));
}

/** Pixels [B, H, W, stack] as a tensor. The engine may keep them as they lie: they stay unchanged until it is disposed. */
export function pixelTensor({ frames: { height, width }, stack }: Observations, pixels: Float32Array): tf.Tensor4D {
  return tf.tensor4d(pixels, [pixels.length / (height * width * stack), height, width, stack]);
}

/**
 * At most `count` of the given frames, evenly spread and in their order: the middle one of each of `count` stretches, for
 * the first of all is the start of an episode, where blank frames stand in the stack and students answer wildly.
 */
export function evenlySpread(indices: Int32Array, count: number): Int32Array {
  const taken = Math.min(count, indices.length);
  return Int32Array.from({ length: taken }, (_, i) => indices[Math.floor(((i + 0.5) * indices.length) / taken)]!);
}
