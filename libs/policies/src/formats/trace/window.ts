import { FormatError } from '../imported.ts';

export interface Pads {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

export interface WindowOptions {
  /** [height, width]. */
  size: readonly [number, number];
  strides: readonly [number, number];
  /** Zeros around the image; 'same': TensorFlow's SAME, ⌈size / stride⌉ outputs, the odd one at the bottom and right. */
  pads: Pads | 'same' | 'same-lower';
}

/** A square window with one stride and one padding that gives what the file's window gives. */
export interface FittedWindow {
  kernel: number;
  stride: number;
  padding: number;
  /** [height, width]. */
  output: [number, number];
  /** Rows above and columns before the file's kernel within ours. */
  offset: [number, number];
  /** Whether ours is larger: by zeros. */
  grown: boolean;
}

/** Along one axis. */
interface Side {
  length: number;
  size: number;
  stride: number;
  before: number;
  after: number;
}

/**
 * Ours, for a convolution. A kernel with rows of zeros above it is the kernel with less padding above: so uneven padding and
 * kernels that are not square can be said with p = max padding and kernel 2p − before − after + size, the same on both axes.
 * @throws FormatError where there is no such window
 */
export function fitWindow(image: readonly [number, number], options: WindowOptions, where: string): FittedWindow {
  const sides = sidesOf(image, options, where);
  const [rows, columns] = sides;
  const output: [number, number] = [outputs(rows), outputs(columns)];
  const even = evenPadding(sides);
  if (even !== undefined && rows.size === columns.size)
    return { kernel: rows.size, stride: rows.stride, padding: even, output, offset: [0, 0], grown: false };
  const padding = Math.max(rows.before, rows.after, columns.before, columns.after);
  const kernels = sides.map(({ size, before, after }) => 2 * padding - before - after + size);
  const kernel = Math.max(...kernels);
  const fits = sides.every(
    (side) => outputs({ ...side, size: kernel, before: padding, after: padding }) === outputs(side),
  );
  if (!fits) throw new FormatError(where, `no square kernel says ${told(sides)}`);
  const offset: [number, number] = [padding - rows.before, padding - columns.before];
  return { kernel, stride: rows.stride, padding, output, offset, grown: true };
}

/** Ours, for a pool: a pool cannot be made larger. `ceil`: a last window may overhang the image. */
export function fitPool(
  image: readonly [number, number],
  { ceil, ...options }: WindowOptions & { ceil: boolean },
  where: string,
): Omit<FittedWindow, 'offset' | 'grown'> {
  const sides = sidesOf(image, options, where);
  const [rows, columns] = sides;
  const overhangs =
    ceil && sides.some((side) => (side.length + side.before + side.after - side.size) % side.stride !== 0);
  const padding = evenPadding(sides);
  if (padding === undefined || rows.size !== columns.size || overhangs)
    throw new FormatError(
      where,
      `pools are square with the same padding on all sides, and end with the image; here: ${told(sides)}`,
    );
  return { kernel: rows.size, stride: rows.stride, padding, output: [outputs(rows), outputs(columns)] };
}

function sidesOf(
  image: readonly [number, number],
  { size, strides, pads }: WindowOptions,
  where: string,
): [Side, Side] {
  if (strides[0] !== strides[1])
    throw new FormatError(where, `strides ${strides.join(' and ')}: only equal ones are read`);
  const sides = ([0, 1] as const).map((axis): Side => {
    const side = { length: image[axis], size: size[axis], stride: strides[axis], before: 0, after: 0 };
    if (!isCount(side.size, 1) || !isCount(side.stride, 1))
      throw new FormatError(where, `a window of ${size.join('×')} with strides ${strides.join('×')}`);
    return { ...side, ...padsOf(side, pads, axis) };
  }) as [Side, Side];
  if (sides.some(({ before, after }) => !isCount(before, 0) || !isCount(after, 0)))
    throw new FormatError(where, `padding ${told(sides)}`);
  if (sides.some((side) => outputs(side) < 1)) throw new FormatError(where, `no window fits: ${told(sides)}`);
  return sides;
}

function padsOf(
  { length, size, stride }: Side,
  pads: WindowOptions['pads'],
  axis: 0 | 1,
): { before: number; after: number } {
  if (typeof pads === 'object')
    return axis === 0 ? { before: pads.top, after: pads.bottom } : { before: pads.left, after: pads.right };
  const total = Math.max((Math.ceil(length / stride) - 1) * stride + size - length, 0);
  const less = Math.floor(total / 2);
  return pads === 'same' ? { before: less, after: total - less } : { before: total - less, after: less };
}

/** The same number on all sides that gives the same windows: padding that no window reaches may be more or less. */
function evenPadding(sides: readonly [Side, Side]): number | undefined {
  const padding = sides[0].before;
  const same = sides.every((side) => side.before === padding && outputs({ ...side, after: padding }) === outputs(side));
  return same ? padding : undefined;
}

function outputs({ length, size, stride, before, after }: Side): number {
  return Math.floor((length + before + after - size) / stride) + 1;
}

const isCount = (value: number, least: number) => Number.isSafeInteger(value) && value >= least && value <= 4096;

function told(sides: readonly [Side, Side]): string {
  const [rows, columns] = sides.map(
    (side) => `${side.size} on ${side.length} with padding ${side.before} and ${side.after}`,
  );
  return `${rows} (rows), ${columns} (columns), stride ${sides[0].stride}`;
}
