import * as tf from '@tensorflow/tfjs-core';
import { gaussianNoise, type NoiseSource } from '../noise/noise.ts';
import { mixup } from './mixup.ts';
import { shift } from './shift.ts';

/** What is done to a batch of frames before teacher and student see it, the same frames both. */
export type Augmentation =
  /** x + N(0, std²) each pixel, std in units of x (pixels in [0, 1]). Not clipped, so that the mean stays x. */
  { kind: 'noise'; std: number } | { kind: 'mixup'; alpha: number } | { kind: 'shift'; pixels: number };

/**
 * All augmentations, one after the other. What they draw comes from the source's stream alone.
 * @param x [B, H, W, C]; it stays the caller's
 * @returns [B, H, W, C], another tensor than x unless there are no augmentations
 */
export function augment(augmentations: readonly Augmentation[], x: tf.Tensor4D, source: NoiseSource): tf.Tensor4D {
  return tf.tidy(() => augmentations.reduce((frames, augmentation) => apply(augmentation, frames, source), x));
}

function apply(augmentation: Augmentation, x: tf.Tensor4D, source: NoiseSource): tf.Tensor4D {
  switch (augmentation.kind) {
    case 'noise':
      return tf.add(x, gaussianNoise(source, x.shape, augmentation.std));
    case 'mixup':
      return mixup(x, augmentation.alpha, source.random);
    case 'shift':
      return shift(x, augmentation.pixels, source.random);
  }
}
