// binary16 (IEEE 754). Node 20 has no Float16Array. Plain JavaScript, because read-thread.mjs runs it too; see half.d.mts.

/** All 65,536 halves as numbers. */
export const HALVES = Float32Array.from({ length: 65_536 }, (_, bits) => {
  const [sign, exponent, fraction] = [bits >>> 15 ? -1 : 1, (bits >>> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
});

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The half that is nearest, ties to even. */
export function toHalf(value) {
  float[0] = value;
  const sign = (word[0] >>> 16) & 0x8000;
  const size = Math.abs(float[0]);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65_520) return sign | 0x7c00;
  // Below 2⁻¹⁴ halves are multiples of 2⁻²⁴.
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  const rest = word[0] & 0x1fff;
  const half = ((word[0] & 0x7fff_ffff) - 0x3800_0000) >>> 13;
  return sign | (half + (rest > 0x1000 || (rest === 0x1000 && (half & 1) === 1) ? 1 : 0));
}

function roundEven(value) {
  const down = Math.floor(value);
  const rest = value - down;
  return down + (rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? 1 : 0);
}
