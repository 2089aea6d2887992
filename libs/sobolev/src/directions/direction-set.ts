import * as tf from '@tensorflow/tfjs-core';
import {
  type ExampleSource,
  gaussianNoise,
  noiseByExample,
  type NoiseSource,
  rademacherNoise,
} from '../noise/noise.ts';
import { type RandomStream } from '../random.ts';
import { frameDifferences } from './frame-difference.ts';
import { patches, type PatchOptions } from './patch.ts';
import { randomComponents } from './principal-components.ts';

/**
 * Where directions u in pixel space come from, along which the student's change J u is to be the teacher's.
 *
 * With ΔJ the difference of both Jacobians and C = E[u uᵀ], the mean of ‖ΔJ u‖² is tr(ΔJ C ΔJᵀ).
 *
 * - `rademacher` and `gaussian`, independent ±1 or N(0, 1) in each of D pixels: C = I, an unbiased ‖ΔJ‖²_F (Hutchinson 1990),
 *   and a noisy one: of Rademacher's the least, and for either the more the larger D. ‖u‖² is D, not 1.
 *
 * The others have length 1 and do not estimate ‖ΔJ‖²_F:
 *
 * - `frame-difference`: C is the second moment of how the screen really moves, so it is ΔJ along the play.
 * - `patch`: C is smooth, so it is ΔJ on shapes of a size; what alternates from pixel to pixel counts for little.
 * - `principal-components`, each as often: C = P / K with the projection P on their span, so it is ‖ΔJ P‖²_F / K exactly.
 */
export type DirectionSet =
  | { kind: 'frame-difference' }
  | ({ kind: 'patch' } & PatchOptions)
  | { kind: 'principal-components'; basis: tf.Tensor }
  | { kind: 'rademacher' }
  | { kind: 'gaussian' };

/** A batch [B, H, W, C], and for frame differences the observations one step later. Both as recorded, not augmented. */
export interface DirectionInputs {
  x: tf.Tensor4D;
  next?: tf.Tensor4D | undefined;
}

/**
 * One direction u for each example, [B, H, W, C]. Several an example are several calls with one source, whose stream goes on;
 * frame differences are the same each time.
 * @throws Error when frame differences are asked for without `next`
 */
export function drawDirections(set: DirectionSet, inputs: DirectionInputs, source: NoiseSource): tf.Tensor4D {
  return tf.tidy(() =>
    directions(set, inputs, {
      randomOf: () => source.random,
      noise: (kind, shape) => (kind === 'gaussian' ? gaussianNoise : rademacherNoise)(source, shape),
    }),
  );
}

/**
 * As `drawDirections`, but each example draws from its own stream: what belongs to a stream is found again in any batch.
 * @param source a stream for each example
 */
export function directionsByExample(set: DirectionSet, inputs: DirectionInputs, source: ExampleSource): tf.Tensor4D {
  return tf.tidy(() =>
    directions(set, inputs, {
      randomOf: (example) => source.streams[example]!,
      noise: (kind, shape) => noiseByExample(kind, source, shape),
    }),
  );
}

/** Whether a set is noise, which is put together from a table. */
export function isNoise(kind: DirectionSet['kind']): boolean {
  return kind === 'rademacher' || kind === 'gaussian';
}

interface Chance {
  randomOf: (example: number) => RandomStream;
  noise: (kind: 'gaussian' | 'rademacher', shape: readonly number[]) => tf.Tensor;
}

function directions(set: DirectionSet, { x, next }: DirectionInputs, { randomOf, noise }: Chance): tf.Tensor4D {
  switch (set.kind) {
    case 'frame-difference':
      if (!next) throw new Error('frame differences need the next observations');
      return frameDifferences(x, next);
    case 'patch':
      return patches(x.shape, set, randomOf);
    case 'principal-components':
      return randomComponents(set.basis, x.shape[0], randomOf) as tf.Tensor4D;
    case 'rademacher':
    case 'gaussian':
      return noise(set.kind, x.shape) as tf.Tensor4D;
  }
}
