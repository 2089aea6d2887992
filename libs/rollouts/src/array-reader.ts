import { declaredSize, decodeChunk } from './chunk-codec.ts';
import { RolloutsError } from './rollouts-error.ts';
import {
  type ArrayLayout,
  chunkBytes,
  chunkCount,
  chunkName,
  type DataType,
  decodeArrayMetadata,
} from './zarr-array.ts';
import { naming, type ZipReader } from './zip-reader.ts';

const MAX_CHUNK_BYTES = 64 * 2 ** 20;
const MAX_JSON_BYTES = 2 ** 20;

/**
 * Reads the layout of one array and checks that the file holds every chunk it declares: from here on its length is
 * bounded by bytes that are really there. @throws RolloutsError naming the array or the chunk
 */
export async function readLayout(zip: ZipReader, name: string, dataType: DataType, rank: number): Promise<ArrayLayout> {
  const layout = decodeArrayMetadata(name, await readJson(zip, `${name}/zarr.json`));
  if (layout.dataType !== dataType) throw new RolloutsError(`${name}: holds ${layout.dataType}, not ${dataType}`);
  if (layout.itemShape.length + 1 !== rank) throw new RolloutsError(`${name}: has not ${rank} dimensions`);
  if (!(chunkBytes(layout) <= MAX_CHUNK_BYTES)) {
    throw new RolloutsError(`${name}: chunks of ${chunkBytes(layout)} bytes are too large`);
  }
  const count = chunkCount(layout);
  if (count > zip.entryCount) {
    throw new RolloutsError(`${name}: declares ${layout.length} items in ${count} chunks, the file holds fewer`);
  }
  for (let index = 0; index < count; index++) {
    if (!zip.has(chunkName(layout, index))) throw new RolloutsError(`${chunkName(layout, index)}: missing`);
  }
  return layout;
}

/** Yields the decoded chunks in order, the last without its padding. @throws RolloutsError naming the chunk */
export async function* readChunks(zip: ZipReader, layout: ArrayLayout): AsyncGenerator<Uint8Array> {
  const size = chunkBytes(layout);
  const itemBytes = size / layout.chunkLength;
  for (let index = 0; index < chunkCount(layout); index++) {
    const chunk = await readChunk(zip, layout, index);
    yield chunk.subarray(0, (layout.length - index * layout.chunkLength) * itemBytes);
  }
}

/** One decoded chunk, the last with its padding. @throws RolloutsError naming the chunk */
export async function readChunk(zip: ZipReader, layout: ArrayLayout, index: number): Promise<Uint8Array> {
  const encoded = await readEncoded(zip, layout, index);
  return naming(chunkName(layout, index), decodeChunk(encoded, chunkBytes(layout)));
}

/** Checks every chunk's checksum and declared size without decoding it. @throws RolloutsError naming the chunk */
export async function checkChunks(zip: ZipReader, layout: ArrayLayout): Promise<void> {
  for (let index = 0; index < chunkCount(layout); index++) await readEncoded(zip, layout, index);
}

async function readEncoded(zip: ZipReader, layout: ArrayLayout, index: number): Promise<Uint8Array> {
  const name = chunkName(layout, index);
  const size = chunkBytes(layout);
  const encoded = await zip.read(name, maxEncodedBytes(size));
  if (declaredSize(encoded) === size) return encoded;
  throw new RolloutsError(`${name}: is not one zstd frame of ${size} bytes`);
}

/** What zstd makes at most of `size` incompressible bytes, and a little more. */
function maxEncodedBytes(size: number): number {
  return size + Math.ceil(size / 128) + 1024;
}

/** The whole array in memory, as bytes. */
export async function readBytes(zip: ZipReader, layout: ArrayLayout): Promise<Uint8Array<ArrayBuffer>> {
  const itemBytes = chunkBytes(layout) / layout.chunkLength;
  const bytes = new Uint8Array(layout.length * itemBytes);
  let at = 0;
  for await (const chunk of readChunks(zip, layout)) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

export async function readJson(zip: ZipReader, name: string): Promise<unknown> {
  const text = Buffer.from(await zip.read(name, MAX_JSON_BYTES)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RolloutsError(`${name}: is not JSON`, { cause });
  }
}
