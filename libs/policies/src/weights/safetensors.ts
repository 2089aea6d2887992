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
  const { entries, metadata } = readSafetensorsEntries(bytes, BYTES);
  const tensors = entries.map(({ name, dtype, shape, data }): [string, NamedTensor] => [
    name,
    { dtype, shape, data: copyData(dtype, data) },
  ]);
  return { tensors: new Map(tensors), metadata };
}

/** A tensor as it stands in the file; `data` is a view of the file's bytes. */
export interface SafetensorsEntry<Type extends string> {
  name: string;
  dtype: Type;
  shape: number[];
  data: Uint8Array;
}

/**
 * The tensors in the order of their bytes, and the metadata; nothing is copied.
 * @param bytesOf bytes of one number, of each of the types that may stand in the file
 * @throws WeightsError as readSafetensors
 */
export function readSafetensorsEntries<Type extends string>(
  bytes: Uint8Array,
  bytesOf: Readonly<Record<Type, number>>,
): { entries: SafetensorsEntry<Type>[]; metadata: Record<string, string> } {
  const { header, dataStart } = readHeader(bytes);
  const metadata = parseMetadata(header['__metadata__']);
  let end = dataStart;
  const entries = sortedPlaces(header, bytesOf).map(({ name, dtype, shape, ...place }) => {
    const start = end;
    if (place.start + dataStart !== start)
      throw new WeightsError(`tensor '${name}' does not start where the one before it ends`, name);
    end = place.end + dataStart;
    if (end > bytes.byteLength) throw new WeightsError(`the file is truncated inside tensor '${name}'`, name);
    return { name, dtype, shape, data: bytes.subarray(start, end) };
  });
  if (end !== bytes.byteLength) throw new WeightsError(`${bytes.byteLength - end} bytes after the last tensor`);
  return { entries, metadata };
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

interface Place<Type extends string> {
  name: string;
  dtype: Type;
  shape: number[];
  start: number;
  end: number;
}

function sortedPlaces<Type extends string>(
  header: Record<string, unknown>,
  bytesOf: Readonly<Record<Type, number>>,
): Place<Type>[] {
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  const places = names.map((name) => parsePlace(name, header[name], bytesOf));
  return places.sort((a, b) => a.start - b.start || a.end - b.end);
}

function parsePlace<Type extends string>(
  name: string,
  raw: unknown,
  bytesOf: Readonly<Record<Type, number>>,
): Place<Type> {
  const { dtype, shape, data_offsets: offsets } = (raw ?? {}) as Record<string, unknown>;
  const isKnown = (type: unknown): type is Type => typeof type === 'string' && Object.hasOwn(bytesOf, type);
  if (!isKnown(dtype)) {
    const known = Object.keys(bytesOf).join(', ');
    throw new WeightsError(`tensor '${name}' has dtype ${String(dtype)}; of these are read: ${known}`, name);
  }
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw new WeightsError(`tensor '${name}' has no valid shape and offsets`, name);
  const [start, end] = offsets as [number, number];
  const expected = shape.reduce((product, size) => product * size, bytesOf[dtype]);
  if (end - start !== expected)
    throw new WeightsError(
      `tensor '${name}' of shape [${shape.join(', ')}] needs ${expected} bytes but has ${end - start}`,
      name,
    );
  return { name, dtype, shape, start, end };
}

function isSizes(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= 8 &&
    value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)
  );
}

function copyData(dtype: 'F32' | 'U8', data: Uint8Array): Float32Array | Uint8Array {
  // A copy, because a Float32Array view needs an aligned offset and the file gives none (a Buffer's slice is no copy).
  const copy = new Uint8Array(data);
  return dtype === 'U8' ? copy : new Float32Array(copy.buffer, 0, copy.byteLength / 4);
}

function parseMetadata(raw: unknown): Record<string, string> {
  if (raw === undefined) return {};
  const isText =
    typeof raw === 'object' && raw !== null && Object.values(raw).every((value) => typeof value === 'string');
  if (!isText) throw new WeightsError('__metadata__ must map names to strings');
  return raw as Record<string, string>;
}
