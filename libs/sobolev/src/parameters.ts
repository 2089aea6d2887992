import * as tf from '@tensorflow/tfjs-core';
import { type Gradients } from './layers/layer.ts';
import { type Weights } from './network.ts';

/** Weights of at least this many numbers stand alone. */
const LARGE = 2 ** 16;
/** Columns of the matrix that holds all others; zeros fill its last row. */
const COLUMNS = 1024;

/** One number for every number of the weights: each large weight in its own shape, then all others as one matrix. */
export type Packed = readonly tf.Tensor[];

/**
 * Weight-shaped tensors in few pieces, so that what is done to every weight alike is a few operations and not one a weight:
 * with eight weights an optimiser's hundred small operations cost as much as a convolution. Rows, so that sums are exact
 * (see `squaredNorm`). null stands for zeros.
 */
export function pack(tensors: Gradients, shapes: Shapes): Packed {
  const full = tensors.map((tensor, index) => tensor ?? tf.zeros([...shapes[index]!]));
  const small = full.filter((_, index) => !isLarge(shapes[index]!)).map((tensor) => tf.reshape(tensor, [-1]));
  const large = full.filter((_, index) => isLarge(shapes[index]!));
  const { rows, fill } = smallPart(shapes);
  if (rows === 0) return large;
  const flat = tf.concat1d([...small, ...(fill > 0 ? [tf.zeros([fill])] : [])] as tf.Tensor1D[]);
  return [...large, tf.reshape(flat, [rows, COLUMNS])];
}

/** The inverse of `pack`. */
export function unpack(packed: Packed, shapes: Shapes): tf.Tensor[] {
  const large = packed.slice(0, shapes.filter(isLarge).length);
  const { sizes, fill } = smallPart(shapes);
  const matrix = packed[large.length];
  const small = matrix ? tf.split(tf.reshape(matrix, [-1]), fill > 0 ? [...sizes, fill] : sizes) : [];
  return shapes.map((shape) => (isLarge(shape) ? large.shift()! : tf.reshape(small.shift()!, [...shape])));
}

/** Zeros, packed. */
export function packedZeros(shapes: Shapes): tf.Tensor[] {
  const { rows } = smallPart(shapes);
  const large = shapes.filter(isLarge).map((shape) => tf.zeros([...shape]));
  return rows === 0 ? large : [...large, tf.zeros([rows, COLUMNS])];
}

export const shapesOf = (weights: Weights): number[][] => weights.map(({ shape }) => shape);

type Shapes = readonly (readonly number[])[];

const isLarge = (shape: readonly number[]) => sizeOf(shape) >= LARGE;

/** Sizes of the weights that are not large, rows of their matrix, and zeros that fill it. */
function smallPart(shapes: Shapes): { sizes: number[]; rows: number; fill: number } {
  const sizes = shapes.filter((shape) => !isLarge(shape)).map(sizeOf);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const rows = Math.ceil(total / COLUMNS);
  return { sizes, rows, fill: rows * COLUMNS - total };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
