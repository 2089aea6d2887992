import { expect, test } from 'vitest';
import { floatReader } from './element-types.ts';

const read = (type: 'F16' | 'BF16', ...bits: number[]) => {
  const numberAt = floatReader(type, new Uint8Array(Uint16Array.from(bits).buffer))!;
  return bits.map((_, index) => numberAt(index));
};

test('half-precision numbers are those of IEEE 754: normal, subnormal, signed zero, infinite and none', () => {
  expect(read('F16', 0x3c00, 0xc000, 0x3555, 0x7bff)).toEqual([1, -2, 0.333251953125, 65504]);
  expect(read('F16', 0x0001, 0x03ff, 0x0400)).toEqual([2 ** -24, 1023 * 2 ** -24, 2 ** -14]);
  expect(read('F16', 0x0000, 0x8000, 0x7c00, 0xfc00, 0x7e00)).toEqual([0, -0, Infinity, -Infinity, NaN]);
});

test('bfloat16 is the upper half of single precision', () => {
  expect(read('BF16', 0x3f80, 0xc040, 0x7f80, 0x0001)).toEqual([1, -3, Infinity, 2 ** -133]);
});

test('whole numbers are no weights', () => {
  expect(floatReader('I64', new Uint8Array(8))).toBeUndefined();
});
