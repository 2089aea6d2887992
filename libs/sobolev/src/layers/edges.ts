import * as tf from '@tensorflow/tfjs-core';

/** Pixels to add at each side of an image, or to take away where negative. */
export interface Edges {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/**
 * Fits the sides of axes `axis` and `axis + 1`: 1 for an image [B, H, W, C], 0 for a filter [k, k, C, F].
 * @param fill what is added; zero makes `fitEdges` with the opposite edges its transpose
 */
export function fitEdges(x: tf.Tensor4D, edges: Edges, { axis = 1, fill = 0 } = {}): tf.Tensor4D {
  const before = [0, 0, 0, 0];
  const after = [0, 0, 0, 0];
  [before[axis], before[axis + 1], after[axis], after[axis + 1]] = [edges.top, edges.left, edges.bottom, edges.right];
  const kept = x.shape.map((size, index) => size + Math.min(0, before[index]!) + Math.min(0, after[index]!));
  const begin = before.map((size) => Math.max(0, -size));
  const cut = kept.every((size, index) => size === x.shape[index]) ? x : tf.slice(x, begin, kept);
  const margins = before.map((size, index): [number, number] => [Math.max(0, size), Math.max(0, after[index]!)]);
  return margins.every(([start, end]) => start === 0 && end === 0) ? cut : tf.pad(cut, margins, fill);
}

/** The edges that take back what these added. */
export function opposite({ top, left, bottom, right }: Edges): Edges {
  return { top: -top, left: -left, bottom: -bottom, right: -right };
}
