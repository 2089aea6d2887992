import { affine, type Affine } from './affine.ts';

/** A window that slides over an image [channels, height, width]. */
export interface Windows {
  height: number;
  width: number;
  channels: number;
  size: number;
  stride: number;
  /** Pixels added on every side. */
  padding: number;
}

/** The affine map of each window's pixels, in (channel, row, column) order; padding is zeros. */
export function convolve(windows: Windows, filters: Affine, image: Float64Array): Float64Array {
  const { channels, size } = windows;
  const [height, width] = slides(windows);
  const values = new Float64Array(height * width * filters.bias.length);
  const patch = new Float64Array(channels * size * size);
  for (let position = 0; position < height * width; position++) {
    fillPatch(patch, windows, image, cornerOf(windows, position, width));
    affine(filters, patch, { values, start: position, step: height * width });
  }
  return values;
}

/** The largest pixel of each window, channel by channel; padding is −∞. */
export function maxPool(windows: Windows, image: Float64Array): Float64Array {
  return pool(windows, image, { start: -Infinity, add: Math.max });
}

/** The mean of each window, channel by channel; padding counts as zeros. */
export function averagePool(windows: Windows, image: Float64Array): Float64Array {
  const sums = pool(windows, image, { start: 0, add: (sum, value) => sum + value });
  return sums.map((sum) => sum / windows.size ** 2);
}

interface Fold {
  start: number;
  add: (folded: number, value: number) => number;
}

function pool(windows: Windows, image: Float64Array, { start, add }: Fold): Float64Array {
  const { height, width, channels, size } = windows;
  const [rows, columns] = slides(windows);
  const values = new Float64Array(channels * rows * columns);
  for (let index = 0; index < values.length; index++) {
    const channel = Math.floor(index / (rows * columns));
    const [top, left] = cornerOf(windows, index % (rows * columns), columns);
    let folded = start;
    for (let y = Math.max(0, top); y < Math.min(height, top + size); y++)
      for (let x = Math.max(0, left); x < Math.min(width, left + size); x++)
        folded = add(folded, image[(channel * height + y) * width + x]!);
    values[index] = folded;
  }
  return values;
}

/** How many windows fit, [height, width]. */
function slides({ height, width, size, stride, padding }: Windows): [number, number] {
  const fit = (length: number) => Math.floor((length + 2 * padding - size) / stride) + 1;
  return [fit(height), fit(width)];
}

/** [row, column] of a window's first pixel; negative in the padding. */
function cornerOf({ stride, padding }: Windows, position: number, columns: number): [number, number] {
  return [Math.floor(position / columns) * stride - padding, (position % columns) * stride - padding];
}

function fillPatch(patch: Float64Array, windows: Windows, image: Float64Array, [top, left]: [number, number]): void {
  const { height, width, channels, size } = windows;
  let next = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let y = top; y < top + size; y++) {
      const row = (channel * height + y) * width;
      for (let x = left; x < left + size; x++)
        patch[next++] = y < 0 || x < 0 || y >= height || x >= width ? 0 : image[row + x]!;
    }
}
