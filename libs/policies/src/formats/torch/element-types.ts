/** Types of numbers as torch and safetensors store them, little-endian. */
export type ElementType = 'F32' | 'F64' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

/** Bytes of one number. */
export const elementBytes: Readonly<Record<ElementType, number>> = {
  F32: 4,
  F64: 8,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Gives the number at an index, of floating-point types; undefined of the others. */
export function floatReader(type: ElementType, bytes: Uint8Array): ((index: number) => number) | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case 'F32':
      return (index) => view.getFloat32(index * 4, true);
    case 'F64':
      return (index) => view.getFloat64(index * 8, true);
    case 'F16':
      return (index) => halfOf(view.getUint16(index * 2, true));
    case 'BF16':
      return (index) => brainFloatOf(view.getUint16(index * 2, true));
    default:
      return undefined;
  }
}

/** IEEE 754 binary16: 1 sign bit, 5 of the exponent (bias 15), 10 of the fraction. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a binary32. */
function brainFloatOf(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}
