import * as tf from '@tensorflow/tfjs-core';
import { type Gradients } from './layers/layer.ts';
import { type Weights } from './network.ts';

/** Columns of a packed matrix; zeros fill its last row. */
const COLUMNS = 1024;

/** One number for every number of the weights, in their order: [⌈P / 1024⌉, 1024]. */
export type Packed = tf.Tensor2D;

/**
 * Weight-shaped tensors as one matrix, so that what is done to every weight alike is one operation and not one a weight:
 * with eight weights an optimiser's hundred small operations cost as much as a convolution. Rows, so that sums are exact
 * (see `squaredNorm`). null stands for zeros.
 */
export function pack(tensors: Gradients, shapes: readonly (readonly number[])[]): Packed {
  const flat = tensors.map((tensor, index) => (tensor ? tf.reshape(tensor, [-1]) : tf.zeros([sizeOf(shapes[index]!)])));
  const fill = paddingOf(shapes);
  return tf.reshape(tf.concat1d(fill > 0 ? ([...flat, tf.zeros([fill])] as tf.Tensor1D[]) : (flat as tf.Tensor1D[])), [
    -1,
    COLUMNS,
  ]);
}

/** The inverse of `pack`. */
export function unpack(packed: Packed, shapes: readonly (readonly number[])[]): tf.Tensor[] {
  const sizes = [...shapes.map(sizeOf), paddingOf(shapes)];
  const pieces = tf.split(tf.reshape(packed, [-1]), sizes.at(-1) === 0 ? sizes.slice(0, -1) : sizes);
  return shapes.map((shape, index) => tf.reshape(pieces[index]!, [...shape]));
}

/** Zeros, packed. */
export function packedZeros(shapes: readonly (readonly number[])[]): Packed {
  const total = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  return tf.zeros([Math.ceil(total / COLUMNS), COLUMNS]);
}

export const shapesOf = (weights: Weights): number[][] => weights.map(({ shape }) => shape);

function paddingOf(shapes: readonly (readonly number[])[]): number {
  const total = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  return Math.ceil(total / COLUMNS) * COLUMNS - total;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
