import { z } from 'zod';
import { RolloutsError } from './rollouts-error.ts';

/**
 * The part of zarr v3 that rollouts and labels files use: regular chunks along the first axis only, little endian, zstd.
 * Narrow on purpose: what is not read cannot be used to attack the reader.
 */
const ArrayMetadata = z.object({
  zarr_format: z.literal(3),
  node_type: z.literal('array'),
  shape: z.array(z.int().nonnegative()).min(1).max(4),
  data_type: z.enum(['uint8', 'bool', 'int32', 'float16', 'float32']),
  chunk_grid: z.object({
    name: z.literal('regular'),
    configuration: z.object({ chunk_shape: z.array(z.int().positive()).min(1).max(4) }),
  }),
  chunk_key_encoding: z.object({
    name: z.literal('default'),
    configuration: z.object({ separator: z.literal('/') }).optional(),
  }),
  codecs: z.tuple([
    z.object({
      name: z.literal('bytes'),
      configuration: z.object({ endian: z.literal('little').optional() }).optional(),
    }),
    z.object({ name: z.literal('zstd'), configuration: z.record(z.string(), z.unknown()).optional() }),
  ]),
});

export type DataType = z.infer<typeof ArrayMetadata>['data_type'];

const ITEM_BYTES: Record<DataType, number> = { uint8: 1, bool: 1, int32: 4, float16: 2, float32: 4 };
export const ZSTD_LEVEL = 9;

/** One array of the file: `length` items of `itemShape`, in chunks of `chunkLength` items. */
export interface ArrayLayout {
  name: string;
  dataType: DataType;
  length: number;
  itemShape: number[];
  chunkLength: number;
}

/** Bytes of one decoded chunk; the last chunk is padded to this size too. */
export function chunkBytes({ dataType, itemShape, chunkLength }: ArrayLayout): number {
  return itemShape.reduce((product, size) => product * size, chunkLength * ITEM_BYTES[dataType]);
}

export function chunkCount({ length, chunkLength }: ArrayLayout): number {
  return Math.ceil(length / chunkLength);
}

/** Path in the file of chunk number `index`. */
export function chunkName({ name, itemShape }: Pick<ArrayLayout, 'name' | 'itemShape'>, index: number): string {
  return [name, 'c', index, ...itemShape.map(() => 0)].join('/');
}

/** JSON of the array's zarr.json. */
export function encodeArrayMetadata({ dataType, length, itemShape, chunkLength }: ArrayLayout): string {
  return JSON.stringify({
    zarr_format: 3,
    node_type: 'array',
    shape: [length, ...itemShape],
    data_type: dataType,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [chunkLength, ...itemShape] } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    codecs: [
      { name: 'bytes', configuration: { endian: 'little' } },
      { name: 'zstd', configuration: { level: ZSTD_LEVEL, checksum: false } },
    ],
    fill_value: dataType === 'bool' ? false : 0,
    attributes: {},
  });
}

/** The layout in a parsed zarr.json. @throws RolloutsError naming the array */
export function decodeArrayMetadata(name: string, json: unknown): ArrayLayout {
  const parsed = ArrayMetadata.safeParse(json);
  if (!parsed.success) throw new RolloutsError(`${name}/zarr.json: ${z.prettifyError(parsed.error)}`);
  const { shape, data_type: dataType, chunk_grid } = parsed.data;
  const [length = 0, ...itemShape] = shape;
  const [chunkLength = 0, ...chunkItemShape] = chunk_grid.configuration.chunk_shape;
  if (chunkItemShape.join() !== itemShape.join()) {
    throw new RolloutsError(
      `${name}/zarr.json: chunks of [${chunkItemShape.join()}] cut items of [${itemShape.join()}]`,
    );
  }
  return { name, dataType, length, itemShape, chunkLength };
}
