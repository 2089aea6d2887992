import * as tf from '@tensorflow/tfjs-core';
import { gaussianNoise, type NoiseSource, rademacherNoise } from '../noise/noise.ts';
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
export function drawDirections(set: DirectionSet, { x, next }: DirectionInputs, source: NoiseSource): tf.Tensor4D {
  return tf.tidy(() => {
    switch (set.kind) {
      case 'frame-difference':
        if (!next) throw new Error('frame differences need the next observations');
        return frameDifferences(x, next);
      case 'patch':
        return patches(x.shape, set, source.random);
      case 'principal-components':
        return randomComponents(set.basis, x.shape[0], source.random) as tf.Tensor4D;
      case 'rademacher':
        return rademacherNoise(source, x.shape) as tf.Tensor4D;
      case 'gaussian':
        return gaussianNoise(source, x.shape) as tf.Tensor4D;
    }
  });
}
