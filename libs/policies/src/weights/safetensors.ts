/**
 * safetensors, both ways: 8 bytes little-endian header length, a JSON header, raw bytes.
 * Only what policies need: F32 and U8. Nothing is executed and nothing is allocated beyond the file's own size.
 */
export interface NamedTensor {
  dtype: 'F32' | 'U8';
  shape: number[];
  data: Float32Array | Uint8Array;
}

export interface SafetensorsFile {
  tensors: Map<string, NamedTensor>;
  metadata: Record<string, string>;
}

/** The file is not what it claims to be; `tensor` names the entry at fault where there is one. */
export class WeightsError extends Error {
  readonly tensor: string | undefined;

  constructor(message: string, tensor?: string) {
    super(message);
    this.name = 'WeightsError';
    this.tensor = tensor;
  }
}

const BYTES = { F32: 4, U8: 1 } as const;
const MAX_HEADER_BYTES = 1_000_000;

/** @throws WeightsError on a truncated file, a malformed header, overlapping or missing bytes */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { header, dataStart } = readHeader(bytes);
  const metadata = parseMetadata(header['__metadata__']);
  const tensors = new Map<string, NamedTensor>();
  let end = dataStart;
  for (const [name, entry] of sortedEntries(header)) {
    if (entry.start + dataStart !== end)
      throw new WeightsError(`tensor '${name}' does not start where the one before it ends`, name);
    end = entry.end + dataStart;
    if (end > bytes.byteLength) throw new WeightsError(`the file is truncated inside tensor '${name}'`, name);
    tensors.set(name, { dtype: entry.dtype, shape: entry.shape, data: copyData(bytes, entry, dataStart) });
  }
  if (end !== bytes.byteLength) throw new WeightsError(`${bytes.byteLength - end} bytes after the last tensor`);
  return { tensors, metadata };
}

/** Tensors are written in the map's order; the header is padded with spaces to a multiple of 8, as the format asks. */
export function writeSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, (offset += data.byteLength)] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const parts = [...tensors.values()].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return new Uint8Array(Buffer.concat([length, padded, ...parts]));
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.byteLength < 8) throw new WeightsError('the file is shorter than a safetensors header');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length + 8 > bytes.byteLength)
    throw new WeightsError('the header is longer than the file: not safetensors, or truncated');
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header !== 'object' || header === null || Array.isArray(header)) throw new Error('not an object');
    return { header: header as Record<string, unknown>, dataStart: 8 + length };
  } catch {
    throw new WeightsError('the header is not a JSON object');
  }
}

interface Entry {
  dtype: 'F32' | 'U8';
  shape: number[];
  start: number;
  end: number;
}

function sortedEntries(header: Record<string, unknown>): [string, Entry][] {
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  const entries = names.map((name): [string, Entry] => [name, parseEntry(name, header[name])]);
  return entries.sort((a, b) => a[1].start - b[1].start || a[1].end - b[1].end);
}

function parseEntry(name: string, raw: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (raw ?? {}) as Record<string, unknown>;
  if (dtype !== 'F32' && dtype !== 'U8')
    throw new WeightsError(`tensor '${name}' has dtype ${String(dtype)}; F32 is read`, name);
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw new WeightsError(`tensor '${name}' has no valid shape and offsets`, name);
  const [start, end] = offsets as [number, number];
  const expected = shape.reduce((product, size) => product * size, BYTES[dtype]);
  if (end - start !== expected)
    throw new WeightsError(
      `tensor '${name}' of shape [${shape.join(', ')}] needs ${expected} bytes but has ${end - start}`,
      name,
    );
  return { dtype, shape, start, end };
}

function isSizes(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= 8 &&
    value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)
  );
}

function copyData(bytes: Uint8Array, { dtype, start, end }: Entry, dataStart: number): Float32Array | Uint8Array {
  // A copy, because a Float32Array view needs an aligned offset and the file gives none (a Buffer's slice is no copy).
  const copy = new Uint8Array(bytes.subarray(dataStart + start, dataStart + end));
  return dtype === 'U8' ? copy : new Float32Array(copy.buffer, 0, copy.byteLength / 4);
}

function parseMetadata(raw: unknown): Record<string, string> {
  if (raw === undefined) return {};
  const isText =
    typeof raw === 'object' && raw !== null && Object.values(raw).every((value) => typeof value === 'string');
  if (!isText) throw new WeightsError('__metadata__ must map names to strings');
  return raw as Record<string, string>;
}
