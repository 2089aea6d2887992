/** The order of an image's axes: height, width, channels. */
export type Axes = 'hwc' | 'chw' | 'hcw' | 'whc' | 'wch' | 'cwh';

/** A vector that was an image of this shape with its axes in this order. */
export interface Flattened {
  axes: Axes;
  /** [height, width, channels]. */
  shape: readonly number[];
}

/** PyTorch's order, in which weights stand on disk. */
export const TORCH_AXES = 'chw';

/** Lengths of the axes, in their order. */
export function lengthsOf({ axes, shape }: Flattened): [number, number, number] {
  const [height, width, channels] = shape as [number, number, number];
  const lengths = { h: height, w: width, c: channels };
  return [...axes].map((axis) => lengths[axis as 'h']) as [number, number, number];
}

/** For each element in the image's order its place in (channel, row, column) order. */
export function placesInTorch({ axes, shape }: Flattened): Uint32Array {
  const [height, width, channels] = shape as [number, number, number];
  const strides = { h: width, w: 1, c: height * width };
  const [first, second, third] = [...axes].map((axis) => strides[axis as 'h']) as [number, number, number];
  const [rows, columns, depth] = lengthsOf({ axes, shape });
  const places = new Uint32Array(height * width * channels);
  let next = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < depth; k++) places[next++] = i * first + j * second + k * third;
  return places;
}

/** The axes after ONNX's Transpose or Keras' Permute: place i has what was at place `order[i]`, the batch not counted. */
export function permuted(axes: Axes, order: readonly number[]): Axes | undefined {
  const distinct = new Set(order).size === 3 && order.every((place) => place in ['h', 'w', 'c']);
  return distinct && order.length === 3 ? (order.map((place) => axes[place]).join('') as Axes) : undefined;
}
