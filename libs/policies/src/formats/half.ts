/** IEEE 754 half precision: 1 sign bit, 5 of exponent, 10 of fraction. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a single-precision number. */
export function bfloatToFloat(bits: number): number {
  word.setUint16(0, bits & 0xffff);
  return word.getFloat32(0);
}
