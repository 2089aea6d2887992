import { HALVES, toHalf } from './half.mjs';

/** How the numbers of a projection are kept: its value is the stored number times the projection's scale. */
export type ProjectionPrecision = 'int8' | 'f16';

/** Largest stored number: int8 without −128, so that it is symmetric; in f16 nothing overflows and little is subnormal. */
const LARGEST: Record<ProjectionPrecision, number> = { int8: 127, f16: 1 };

export const PROJECTION_BYTES: Record<ProjectionPrecision, number> = { int8: 1, f16: 2 };

export interface Quantized {
  /** Little-endian numbers. */
  bytes: Uint8Array;
  scale: number;
}

/**
 * A projection with as many bits as its precision has: round(g / scale) with scale = max |g| / 127 (int8), or g / max |g| (f16).
 * int8 is off by at most scale / 2 in each pixel, f16 by 2⁻¹¹ of the value.
 * @throws RangeError when a value is not finite
 */
export function quantize(values: Float32Array, precision: ProjectionPrecision): Quantized {
  const scale = Math.fround(largest(values) / LARGEST[precision]);
  const inverse = scale > 0 ? 1 / scale : 0;
  switch (precision) {
    case 'int8': {
      const numbers = new Int8Array(values.length);
      for (let i = 0; i < numbers.length; i++) numbers[i] = Math.round(values[i]! * inverse);
      return { bytes: new Uint8Array(numbers.buffer), scale };
    }
    case 'f16':
      return { bytes: toHalves(values, inverse), scale };
  }
}

/** Little-endian binary16 of each value times `factor`. */
export function toHalves(values: Float32Array, factor = 1): Uint8Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = toHalf(values[i]! * factor);
  return new Uint8Array(halves.buffer);
}

/** The numbers that little-endian binary16 stands for. */
export function fromHalves(bytes: Uint8Array): Float32Array {
  return Float32Array.from(new Uint16Array(Uint8Array.from(bytes).buffer), (bits) => HALVES[bits]!);
}

function largest(values: Float32Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    // Not `size > most`: that would pass over NaN.
    if (size <= most) continue;
    if (!Number.isFinite(size)) throw new RangeError('a projection is not finite');
    most = size;
  }
  return most;
}
