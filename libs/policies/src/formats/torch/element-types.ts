import { bfloatToFloat, halfToFloat } from '../half.ts';

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
      return (index) => halfToFloat(view.getUint16(index * 2, true));
    case 'BF16':
      return (index) => bfloatToFloat(view.getUint16(index * 2, true));
    default:
      return undefined;
  }
}
