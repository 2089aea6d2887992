import * as tf from '@tensorflow/tfjs-core';
import { type Edges, fitEdges, opposite } from './edges.ts';
import { depthToSpace, spaceToDepth } from './space-to-depth.ts';

export interface PoolOptions {
  name: string;
  inputShape: readonly [number, number, number];
  /** Height and width of a window. */
  size: number;
  stride: number;
  /** Pixels added on every side, as in PyTorch; at most half the size, so that no window sees nothing else. */
  padding?: number;
}

/** [height, width] of a pool's output: windows that do not fit entirely are left out. */
export function pooledSize({ inputShape, size, stride, padding = 0 }: PoolOptions): [number, number] {
  const fit = (length: number) => Math.floor((length + 2 * padding - size) / stride) + 1;
  return [fit(inputShape[0]), fit(inputShape[1])];
}

/** What to add to, or to take from, an image so that the windows reach exactly from edge to edge, `spare` pixels aside. */
export function windowEdges(options: PoolOptions, spare = 0): Edges {
  const { inputShape, size, stride, padding = 0 } = options;
  const [height, width] = pooledSize(options);
  const end = (count: number, length: number) => (count - 1) * stride + size + spare - length - padding;
  return { top: padding, left: padding, bottom: end(height, inputShape[0]), right: end(width, inputShape[1]) };
}

/** The pixels of all windows, place by place: part dy·size + dx [B, h, w, C] holds pixel (dy, dx) of every window. */
export interface Windows {
  /** @param fill value of the padding */
  split(x: tf.Tensor4D, fill: number): tf.Tensor4D[];
  /** The transpose of `split` with zeros as padding: adds every part back to where it came from. */
  join(parts: readonly tf.Tensor4D[]): tf.Tensor4D;
}

/** Works in space-to-depth layout with the stride as block, where the parts are plain slices. */
export function windows(options: PoolOptions): Windows {
  const { size, stride } = options;
  const channels = options.inputShape[2];
  const [height, width] = pooledSize(options);
  const taps = Math.ceil(size / stride);
  const edges = windowEdges(options, taps * stride - size);
  const places = Array.from({ length: size * size }, (_, index) => [Math.floor(index / size), index % size] as const);
  return {
    split: (x, fill) => {
      const blocked = spaceToDepth(fitEdges(x, edges, { fill }), stride);
      return places.map(([dy, dx]) => {
        const channel = ((dy % stride) * stride + (dx % stride)) * channels;
        const begin = [0, Math.floor(dy / stride), Math.floor(dx / stride), channel];
        return tf.slice(blocked, begin, [-1, height, width, channels]);
      });
    },
    join: (parts) => {
      const shifted = tapsOf(taps).map(([ty, tx]) => {
        const block = blockOf(parts, { size, stride, row: ty * stride, column: tx * stride });
        return fitEdges(block, { top: ty, left: tx, bottom: taps - 1 - ty, right: taps - 1 - tx });
      });
      return fitEdges(depthToSpace(tf.addN(shifted), stride), opposite(edges));
    },
  };
}

function tapsOf(taps: number): (readonly [number, number])[] {
  return Array.from({ length: taps * taps }, (_, index) => [Math.floor(index / taps), index % taps] as const);
}

/** The parts of one block of pixels, from (row, column) of the window on, in their channels; zeros beyond the window. */
function blockOf(
  parts: readonly tf.Tensor4D[],
  { size, stride, row, column }: { size: number; stride: number; row: number; column: number },
): tf.Tensor4D {
  const nothing = stride > 1 ? tf.zerosLike(parts[0]!) : undefined;
  const inBlock = tapsOf(stride).map(([dy, dx]) => {
    const [y, x] = [row + dy, column + dx];
    return y < size && x < size ? parts[y * size + x]! : nothing!;
  });
  return inBlock.length === 1 ? inBlock[0]! : tf.concat(inBlock, 3);
}
