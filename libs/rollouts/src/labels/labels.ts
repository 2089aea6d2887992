import { readChunks, readJson, readLayout } from '../array-reader.ts';
import { RolloutsError } from '../rollouts-error.ts';
import { type ArrayLayout, chunkCount } from '../zarr-array.ts';
import { withZip, type ZipReader } from '../zip-reader.ts';
import { decodeLabelsGroup, type LabelsAttributes } from './attributes.ts';
import { basisLayout, labelsLayout } from './layout.ts';
import { fromHalves } from './quantize.ts';
import { checkShardMetadata, decodeShardIndex, maxShardBytes, shardName, type ShardLayout } from './shard.ts';

/** Directions among which others are chosen: a few hundred at most. */
const MAX_COMPONENTS = 1024;

/** A sealed labels file that was found whole. */
export interface StoredLabels {
  path: string;
  attributes: LabelsAttributes;
  /** Those of a vjp: where each is in the file, with its scale and direction; null where there are none. */
  projections: StoredVjp | null;
  /** Log-probabilities [frames, A] of the first `frames` frames, or of all. */
  loadLogProbs(frames?: number): Promise<Float32Array>;
  /** Derivatives along directions in pixel space, [frames, K, A], of the first `frames` frames, or of all. */
  loadJvp(frames?: number): Promise<Float32Array>;
  /** [C, H, W, stack] the directions among which those of a jvp are chosen; null where the set has none. */
  loadBasis(): Promise<{ values: Float32Array; shape: [number, number, number, number] } | null>;
}

/** Item frame · K + k is the projection k of a frame. */
interface StoredVjp {
  layout: ShardLayout;
  /** [N·K] place in the file and packed size. */
  offsets: Float64Array;
  sizes: Uint32Array;
  /** [N·K] */
  scales: Float32Array;
  /** [N, K, A] */
  directions: Float32Array;
}

/**
 * Opens a labels file and checks all of it: attributes, shapes, and the checksum and declared size of every chunk and projection.
 * Takes no more memory than a chunk, and 24 + 4·A bytes a stored projection.
 * @throws RolloutsError naming the attribute, array or chunk that is wrong
 */
export async function openLabels(path: string): Promise<StoredLabels> {
  return withZip(path, async (zip) => {
    const attributes = decodeLabelsGroup(await readJson(zip, 'zarr.json'));
    const { logProbs, vjp, jvp } = labelsLayout(attributes);
    await checkArray(zip, logProbs);
    if (jvp) await checkArray(zip, jvp);
    const basis = zip.has('basis/zarr.json') ? await checkBasis(zip, attributes) : null;
    const first = (array: ArrayLayout, frames: number) =>
      withZip(path, (reopened) => readFloats(reopened, array, Math.min(frames, array.length)));
    return {
      path,
      attributes,
      projections: vjp && (await readProjections(zip, vjp)),
      loadLogProbs: (frames = attributes.frames) => first(logProbs, frames),
      loadJvp(frames = attributes.frames) {
        if (!jvp) throw new RolloutsError('jvp: there are none in this file');
        return first(jvp, frames);
      },
      async loadBasis() {
        if (!basis) return null;
        return { values: await first(basis, basis.length), shape: [basis.length, ...attributes.observation] };
      },
    };
  });
}

/** Everything about an array but its values is told by the attributes already; its chunks are unpacked once. */
async function checkArray(zip: ZipReader, expected: ArrayLayout): Promise<void> {
  const found = await readLayout(zip, expected.name, expected.dataType, expected.itemShape.length + 1);
  for (const part of ['length', 'chunkLength', 'itemShape'] as const) {
    if (String(found[part]) === String(expected[part])) continue;
    const both = `${part} is ${String(found[part])}, and should be ${String(expected[part])}`;
    throw new RolloutsError(`${expected.name}/zarr.json: ${both}`);
  }
  for await (const chunk of readChunks(zip, expected)) checkFinite(expected, chunk);
}

async function checkBasis(zip: ZipReader, attributes: LabelsAttributes): Promise<ArrayLayout> {
  const { length } = await readLayout(zip, 'basis', 'float16', 4);
  if (length === 0 || length > MAX_COMPONENTS) throw new RolloutsError(`basis: ${length} directions`);
  const basis = basisLayout(attributes, length);
  await checkArray(zip, basis);
  return basis;
}

function checkFinite({ name, dataType }: ArrayLayout, chunk: Uint8Array): void {
  if (!toFloats(dataType, chunk).every(Number.isFinite)) throw new RolloutsError(`${name}: not finite`);
}

async function readFloats(zip: ZipReader, layout: ArrayLayout, frames: number): Promise<Float32Array> {
  const size = layout.itemShape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(frames * size);
  let at = 0;
  for await (const chunk of readChunks(zip, layout)) {
    const part = toFloats(layout.dataType, chunk).subarray(0, values.length - at);
    values.set(part, at);
    at += part.length;
    if (at === values.length) break;
  }
  return values;
}

function toFloats(dataType: ArrayLayout['dataType'], chunk: Uint8Array): Float32Array {
  return dataType === 'float16' ? fromHalves(chunk) : new Float32Array(Uint8Array.from(chunk).buffer);
}

async function readProjections(
  zip: ZipReader,
  {
    projections: layout,
    scales,
    directions,
  }: { projections: ShardLayout; scales: ArrayLayout; directions: ArrayLayout },
): Promise<StoredVjp> {
  await checkArray(zip, scales);
  await checkArray(zip, directions);
  checkShardMetadata(layout, await readJson(zip, `${layout.name}/zarr.json`));
  const items = layout.length * layout.count;
  const [offsets, sizes] = [new Float64Array(items), new Uint32Array(items)];
  const perShard = layout.framesPerShard * layout.count;
  for (let shard = 0; shard < chunkCount({ ...scales, length: layout.length }); shard++) {
    const name = shardName(layout, shard);
    const bytes = await zip.read(name, maxShardBytes(layout));
    const { start } = await zip.locate(name);
    const index = decodeShardIndex(layout, bytes, { name, items: Math.min(perShard, items - shard * perShard) });
    offsets.set(
      index.offsets.map((offset) => start + offset),
      shard * perShard,
    );
    sizes.set(index.sizes, shard * perShard);
  }
  return {
    layout,
    offsets,
    sizes,
    scales: await readFloats(zip, scales, scales.length),
    directions: await readFloats(zip, directions, directions.length),
  };
}
