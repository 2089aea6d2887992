import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type NamedTensor, readSafetensors, WeightsError, writeSafetensors } from './safetensors.ts';

const tensors = new Map<string, NamedTensor>([
  ['a.weight', { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['b', { dtype: 'U8', shape: [3], data: Uint8Array.of(7, 8, 9) }],
]);
const file = () => writeSafetensors({ tensors, metadata: { format: 'pt' } });

/** The file with its JSON header rewritten. */
function withHeader(
  change: (header: Record<string, { data_offsets: number[]; shape: number[]; dtype: string }>) => unknown,
): Uint8Array {
  const bytes = Buffer.from(file());
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Parameters<typeof change>[0];
  const json = Buffer.from(JSON.stringify(change(header) ?? header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([prefix, json, bytes.subarray(8 + length)]);
}

test('what was written is read back bit for bit', () => {
  expect(readSafetensors(file())).toEqual({ tensors, metadata: { format: 'pt' } });
});

test("a file by the format's own library is read", async () => {
  const { tensors: read } = readSafetensors(await readFile('test/reference/breakout-teacher.safetensors'));
  expect(read.get('logits')?.shape).toEqual([8, 4]);
  expect(read.get('observations')?.shape).toEqual([8, 84, 84, 4]);
});

test.each(Array.from({ length: file().length }, (_, length) => length))(
  'a file cut to %i bytes is refused',
  (length) => {
    expect(() => readSafetensors(file().subarray(0, length))).toThrow(WeightsError);
  },
);

test('a header that declares four gigabytes in forty bytes is refused without allocating them', () => {
  const bytes = new Uint8Array(40);
  new DataView(bytes.buffer).setBigUint64(0, 4n << 30n, true);
  expect(() => readSafetensors(bytes)).toThrow('header is longer than the file');
  const huge = withHeader((header) => ({
    a: { ...header['a.weight']!, shape: [1 << 30, 4], data_offsets: [0, 2 ** 34] },
  }));
  expect(() => readSafetensors(huge)).toThrow('truncated inside tensor');
});

test.each([
  ['overlapping tensors', (h: Record<string, { data_offsets: number[] }>) => void (h['b']!.data_offsets = [0, 3])],
  ['a shape that does not match the bytes', (h: Record<string, { shape: number[] }>) => void (h['b']!.shape = [4])],
  ['an unknown dtype', (h: Record<string, { dtype: string }>) => void (h['b']!.dtype = 'BF16')],
  ['a negative size', (h: Record<string, { shape: number[] }>) => void (h['b']!.shape = [-3])],
  ['bytes that belong to no tensor', (h: Record<string, unknown>) => void delete h['b']],
  ['a header that is a list', () => []],
])('%s is refused', (_title, change) => {
  expect(() => readSafetensors(withHeader(change))).toThrow(WeightsError);
});
