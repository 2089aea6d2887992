import {
  type DirectionInputs,
  directionsByExample,
  type DirectionSet,
  type NoiseTable,
  type RandomStream,
  randomStream,
  sphereDirections,
} from '@distiller/sobolev';
import type * as tf from '@tensorflow/tfjs-core';

/** More than there are directions a frame: each has an address of its own. */
const MOST_NUMBERS = 64;

/**
 * The stream from which direction `number` of a frame is drawn. It depends on nothing else: stored directions are not kept but
 * drawn again. A change of anything here, or of what draws from it, is another DIRECTIONS_VERSION.
 */
function labelStream(seed: number, frame: number, number: number): RandomStream {
  return randomStream(seed, 'label', frame * MOST_NUMBERS + number);
}

/** K orthonormal directions in action space for each frame: [frames, K, A]. */
export function actionDirections(
  seed: number,
  frames: Int32Array,
  { count, actions }: { count: number; actions: number },
): Float32Array {
  const all = new Float32Array(frames.length * count * actions);
  for (const [place, frame] of frames.entries()) {
    const rows = sphereDirections(labelStream(seed, frame, 0), 1, actions, count);
    for (const [k, row] of rows.entries()) all.set(row, (place * count + k) * actions);
  }
  return all;
}

export interface PixelDirections {
  set: DirectionSet;
  seed: number;
  /** Made from the same seed; null where the set is no noise. */
  table: NoiseTable | null;
}

/**
 * Direction `numbers[b]` in pixel space of frame `frames[b]`, the same in any batch: [B, H, W, stack].
 * @param inputs the observations that end in these frames, and for frame differences those one step later
 */
export function pixelDirections(
  { set, seed, table }: PixelDirections,
  { frames, numbers }: { frames: Int32Array; numbers: Int32Array },
  inputs: DirectionInputs,
): tf.Tensor4D {
  const streams = Array.from(frames, (frame, b) => labelStream(seed, frame, numbers[b]!));
  return directionsByExample(set, inputs, { table, streams });
}
