import * as tf from '@tensorflow/tfjs-core';
import { type RandomStream } from '../random.ts';

/**
 * Random shifts (DrQ, Kostrikov et al. 2021): each example is padded by `pixels` on every side, repeating its edge, and a random
 * crop of the old size is taken; here in one copy. All stacked frames of an example move together, by −pixels … pixels each way.
 * @param x [B, H, W, C]
 */
export function shift(x: tf.Tensor4D, pixels: number, random: RandomStream): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const sources = new Int32Array(batch * height * width);
  for (let example = 0; example < batch; example++) {
    const rows = moved(height, random.below(2 * pixels + 1) - pixels);
    const columns = moved(width, random.below(2 * pixels + 1) - pixels);
    for (let y = 0; y < height; y++) {
      const to = (example * height + y) * width;
      const from = (example * height + rows[y]!) * width;
      for (let column = 0; column < width; column++) sources[to + column] = from + columns[column]!;
    }
  }
  const pixelsOfAll = tf.reshape(x, [-1, channels]);
  return tf.reshape(tf.gatherND(pixelsOfAll, tf.tensor2d(sources, [sources.length, 1], 'int32')), x.shape);
}

/** Where each place of an axis is taken from when all move by `offset` and the edge is repeated. */
function moved(length: number, offset: number): Int32Array {
  return Int32Array.from({ length }, (_, place) => Math.min(length - 1, Math.max(0, place - offset)));
}
