import Zstd from 'numcodecs/zstd';
import { z } from 'zod';
import { declaredSize } from '../chunk-codec.ts';
import { RolloutsError } from '../rollouts-error.ts';
import { crc32c } from './crc32c.ts';
import { PROJECTION_BYTES, type ProjectionPrecision } from './quantize.ts';

/** Levels from 1 to 9 give the same size to a hundredth, and 1 takes half the time. */
const LEVEL = 1;
const codec = Zstd.fromConfig({ id: 'zstd', level: LEVEL });

const CHECKSUM_BYTES = 4;
const NOTHING = 2n ** 64n - 1n;

/** The array [length, count, …itemShape]: in shards along the first axis, within them each item packed by itself. */
export interface ShardLayout {
  name: string;
  precision: ProjectionPrecision;
  length: number;
  count: number;
  itemShape: readonly number[];
  framesPerShard: number;
}

/** Packed items of one shard, by their place in the file. */
export interface ShardIndex {
  /** From the start of the shard. */
  offsets: Float64Array;
  sizes: Uint32Array;
}

function itemBytes({ itemShape, precision }: ShardLayout): number {
  return itemShape.reduce((product, size) => product * size, PROJECTION_BYTES[precision]);
}

export function shardName({ name, itemShape }: ShardLayout, index: number): string {
  return [name, 'c', index, 0, ...itemShape.map(() => 0)].join('/');
}

/** The most bytes that a shard can have. */
export function maxShardBytes(layout: ShardLayout): number {
  const size = itemBytes(layout);
  return layout.framesPerShard * layout.count * (size + Math.ceil(size / 128) + 1024);
}

/**
 * A shard of zarr's `sharding_indexed` codec: the packed items, then the index [items, 2] of offset and size as uint64, then its
 * CRC-32C. Items that are not there (after the array's end) have all bits set.
 */
export async function encodeShard(layout: ShardLayout, items: readonly Uint8Array[]): Promise<Uint8Array> {
  const slots = layout.framesPerShard * layout.count;
  const index = new BigUint64Array(2 * slots).fill(NOTHING);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [place, item] of items.entries()) {
    const packed = await codec.encode(item);
    index.set([BigInt(at), BigInt(packed.length)], 2 * place);
    parts.push(packed);
    at += packed.length;
  }
  const table = new Uint8Array(index.buffer);
  const checksum = new Uint8Array(Uint32Array.of(crc32c(table)).buffer);
  return Buffer.concat([...parts, table, checksum]);
}

/**
 * Where the items of a shard are; each was found to lie in it and to declare its right size.
 * @param items how many there must be
 * @throws RolloutsError naming the shard
 */
export function decodeShardIndex(
  layout: ShardLayout,
  shard: Uint8Array,
  { name, items }: { name: string; items: number },
): ShardIndex {
  const tableBytes = 16 * layout.framesPerShard * layout.count;
  const end = shard.length - tableBytes - CHECKSUM_BYTES;
  if (end < 0) throw new RolloutsError(`${name}: ${shard.length} bytes hold no index`);
  // Copies, for they begin anywhere.
  const table = Uint8Array.from(shard.subarray(end, end + tableBytes));
  const [checksum] = new Uint32Array(Uint8Array.from(shard.subarray(end + tableBytes)).buffer);
  if (checksum !== crc32c(table)) throw new RolloutsError(`${name}: corrupt, the checksum of its index differs`);
  const index = new BigUint64Array(table.buffer);
  const offsets = Float64Array.from({ length: items }, (_, place) => Number(index[2 * place]));
  const sizes = Float64Array.from({ length: items }, (_, place) => Number(index[2 * place + 1]));
  for (const [place, offset] of offsets.entries()) {
    const size = sizes[place]!;
    const packed = offset + size <= end ? shard.subarray(offset, offset + size) : undefined;
    if (!packed || declaredSize(packed) !== itemBytes(layout)) {
      throw new RolloutsError(`${name}: its item ${place} is not one zstd frame of ${itemBytes(layout)} bytes`);
    }
  }
  return { offsets, sizes: Uint32Array.from(sizes) };
}

/** JSON of the array's zarr.json. */
export function encodeShardMetadata(layout: ShardLayout): string {
  return JSON.stringify(metadataOf(layout));
}

/** @throws RolloutsError when the array is not what the file's attributes say */
export function checkShardMetadata(layout: ShardLayout, json: unknown): void {
  const expected = ShardMetadata.parse(metadataOf(layout));
  const found = ShardMetadata.safeParse(json);
  if (found.success && JSON.stringify(found.data) === JSON.stringify(expected)) return;
  throw new RolloutsError(`${layout.name}/zarr.json: is not the array that the file's attributes speak of`);
}

/** What must agree, in this order of keys. */
const ShardMetadata = z.object({
  zarr_format: z.literal(3),
  node_type: z.literal('array'),
  shape: z.array(z.int()),
  data_type: z.string(),
  chunk_grid: z.object({ name: z.string(), configuration: z.object({ chunk_shape: z.array(z.int()) }) }),
  codecs: z.tuple([
    z.object({
      name: z.literal('sharding_indexed'),
      configuration: z.object({
        chunk_shape: z.array(z.int()),
        codecs: z.tuple([z.object({ name: z.literal('bytes') }), z.object({ name: z.literal('zstd') })]),
        index_codecs: z.tuple([z.object({ name: z.literal('bytes') }), z.object({ name: z.literal('crc32c') })]),
        index_location: z.literal('end'),
      }),
    }),
  ]),
});

function metadataOf({ precision, length, count, itemShape, framesPerShard }: ShardLayout) {
  const bytes = { name: 'bytes', configuration: { endian: 'little' } };
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: [length, count, ...itemShape],
    data_type: precision === 'f16' ? 'float16' : 'int8',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [framesPerShard, count, ...itemShape] } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    codecs: [
      {
        name: 'sharding_indexed',
        configuration: {
          chunk_shape: [1, 1, ...itemShape],
          codecs: [bytes, { name: 'zstd', configuration: { level: LEVEL, checksum: false } }],
          index_codecs: [bytes, { name: 'crc32c' }],
          index_location: 'end',
        },
      },
    ],
    fill_value: 0,
    attributes: {},
  };
}
