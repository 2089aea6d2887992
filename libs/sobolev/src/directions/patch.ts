import * as tf from '@tensorflow/tfjs-core';
import { type RandomStream } from '../random.ts';

export interface PatchOptions {
  /** Least and largest height and width in pixels, drawn separately; more than the frame is the frame. */
  smallest: number;
  largest: number;
  /** Whether the patch is on one random frame of the stack or on all. */
  frames: 'one' | 'all';
}

/**
 * A random rectangle for each example, as bright everywhere and of length 1: something on the screen that becomes brighter.
 * Heights and widths are uniform between the bounds, places uniform where the rectangle fits.
 * @param randomOf the stream that an example draws from
 * @returns [B, H, W, C]
 */
export function patches(
  [batch, height, width, stack]: readonly [number, number, number, number],
  { smallest, largest, frames }: PatchOptions,
  randomOf: (example: number) => RandomStream,
): tf.Tensor4D {
  const rows = new Float32Array(batch * height);
  const columns = new Float32Array(batch * width);
  const layers = new Float32Array(batch * stack);
  const interval = (random: RandomStream, length: number): [from: number, size: number] => {
    const most = Math.min(largest, length);
    const size = Math.min(smallest, most) + random.below(Math.max(0, most - smallest) + 1);
    return [random.below(length - size + 1), size];
  };
  for (let example = 0; example < batch; example++) {
    const random = randomOf(example);
    const [top, patchHeight] = interval(random, height);
    const [left, patchWidth] = interval(random, width);
    const [first, depth] = frames === 'all' ? [0, stack] : [random.below(stack), 1];
    const brightness = 1 / Math.sqrt(patchHeight * patchWidth * depth);
    rows.fill(1, example * height + top, example * height + top + patchHeight);
    columns.fill(1, example * width + left, example * width + left + patchWidth);
    layers.fill(brightness, example * stack + first, example * stack + first + depth);
  }
  const plane = tf.mul(tf.tensor4d(rows, [batch, height, 1, 1]), tf.tensor4d(columns, [batch, 1, width, 1]));
  return tf.mul(plane, tf.tensor4d(layers, [batch, 1, 1, stack]));
}
