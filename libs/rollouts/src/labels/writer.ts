import { rename } from 'node:fs/promises';
import { encodeChunk } from '../chunk-codec.ts';
import { RolloutsError } from '../rollouts-error.ts';
import { type ArrayLayout, chunkBytes, chunkCount, chunkName, encodeArrayMetadata } from '../zarr-array.ts';
import { createZipWriter, type ZipWriter } from '../zip-writer.ts';
import { encodeLabelsGroup, type NewLabelsAttributes } from './attributes.ts';
import { basisLayout, labelsLayout, type LabelsLayout } from './layout.ts';
import { openParts, type Parts } from './parts.ts';
import { fromHalves, quantize, toHalves } from './quantize.ts';
import { encodeShard, encodeShardMetadata, shardName } from './shard.ts';

/** What a teacher says of n frames in a row. */
export interface LabelsBlock {
  /** [n, A] */
  logProbs: Float32Array;
  /** `directions` [n, K, A] and the pull-backs along them [n, K, H, W, stack]. */
  vjp?: { directions: Float32Array; projections: Float32Array } | undefined;
  /** [n, K, A] the derivatives along directions in pixel space. */
  jvp?: Float32Array | undefined;
}

export interface SealedLabels {
  sha256: string;
  bytes: number;
  frames: number;
}

export interface LabelsWriter {
  /** Frames of every block but the last. */
  framesPerBlock: number;
  /** Frames that are on disk: the next block begins there. */
  done(): number;
  /** Puts the next block on disk. @throws RolloutsError when its parts do not fit the attributes */
  append(block: LabelsBlock): Promise<void>;
  /** The directions among which those of a jvp are chosen, [C, H, W, stack] as the file keeps them, in f16; null before `putBasis`. */
  basis(): Promise<Float32Array | null>;
  putBasis(directions: Float32Array): Promise<void>;
  /** Makes one file of it at its path, byte by byte the same wherever it was interrupted. @throws RolloutsError when frames are missing */
  seal(): Promise<SealedLabels>;
  /** Gives up: nothing stays behind. */
  discard(): Promise<void>;
}

/**
 * Writes a labels file. What is done lies in the directory `path` + '.partial' until it is sealed: the same attributes find it
 * there again and go on at the last whole block. Memory holds one block. While it is sealed, the disk holds everything twice.
 * @throws RolloutsError naming the attribute that is wrong
 */
export async function openLabelsWriter(path: string, attributes: NewLabelsAttributes): Promise<LabelsWriter> {
  const group = encodeLabelsGroup(attributes);
  const layout = labelsLayout(attributes);
  const parts = await openParts(`${path}.partial`, group);
  const blocks = chunkCount(layout.logProbs);
  const framesBefore = (block: number) => Math.min(block * layout.framesPerChunk, attributes.frames);
  let written = 0;
  // The last part of each block.
  while (written < blocks && parts.has(chunkName(layout.logProbs, written))) written += 1;

  return {
    framesPerBlock: layout.framesPerChunk,
    done: () => framesBefore(written),
    async append(block) {
      const frames = framesBefore(written + 1) - framesBefore(written);
      checkBlock(layout, block, frames);
      await putBlock(parts, layout, { block, index: written });
      written += 1;
    },
    async basis() {
      if (!parts.has('basis')) return null;
      return fromHalves(await parts.read('basis'));
    },
    putBasis: (directions) => parts.put('basis', finiteHalves('basis', directions)),
    async seal() {
      if (written < blocks) throw new RolloutsError(`labels: ${framesBefore(written)} of ${attributes.frames} frames`);
      const assembling = `${path}.partial/sealing`;
      const zip = await createZipWriter(assembling);
      await zip.add('zarr.json', group);
      if (parts.has('basis')) await addBasis(zip, attributes, await parts.read('basis'));
      await addArrays(zip, layout, parts);
      const file = await zip.finish();
      await rename(assembling, path);
      await parts.remove();
      return { ...file, frames: attributes.frames };
    },
    discard: () => parts.remove(),
  };
}

function checkBlock(layout: LabelsLayout, { logProbs, vjp, jvp }: LabelsBlock, frames: number): void {
  const perFrame = ({ itemShape }: { itemShape: readonly number[] }) => itemShape.reduce((a, b) => a * b, 1);
  const expectSize = (name: string, values: Float32Array | undefined, size: number) => {
    if (values?.length === frames * size) return;
    throw new RolloutsError(`${name}: ${values?.length ?? 'no'} numbers for ${frames} frames of ${size}`);
  };
  if (frames === 0) throw new RolloutsError('labels: there are no more frames');
  expectSize('log_probs', logProbs, perFrame(layout.logProbs));
  if (layout.vjp) {
    expectSize('vjp', vjp?.projections, layout.vjp.projections.count * perFrame(layout.vjp.projections));
    expectSize('vjp_directions', vjp?.directions, perFrame(layout.vjp.directions));
  }
  if (layout.jvp) expectSize('jvp', jvp, perFrame(layout.jvp));
}

async function putBlock(
  parts: Parts,
  layout: LabelsLayout,
  { block: { logProbs, vjp, jvp }, index }: { block: LabelsBlock; index: number },
): Promise<void> {
  const put = async (array: ArrayLayout, values: Float32Array) => {
    const bytes =
      array.dataType === 'float16' ? finiteHalves(array.name, values) : new Uint8Array(values.slice().buffer);
    const chunk = new Uint8Array(chunkBytes(array));
    chunk.set(bytes);
    await parts.put(chunkName(array, index), await encodeChunk(chunk));
  };
  if (layout.vjp && vjp) {
    const { projections, scales, directions } = layout.vjp;
    const size = projections.itemShape.reduce((a, b) => a * b, 1);
    const items = Array.from({ length: vjp.projections.length / size }, (_, item) =>
      quantize(vjp.projections.subarray(item * size, (item + 1) * size), projections.precision),
    );
    await parts.put(
      shardName(projections, index),
      await encodeShard(
        projections,
        items.map(({ bytes }) => bytes),
      ),
    );
    await put(
      scales,
      Float32Array.from(items, ({ scale }) => scale),
    );
    await put(directions, vjp.directions);
  }
  if (layout.jvp && jvp) await put(layout.jvp, jvp);
  await put(layout.logProbs, logProbs);
}

const INFINITE_HALF = 0x7c00;

function finiteHalves(name: string, values: Float32Array): Uint8Array {
  const bytes = toHalves(values);
  const wrong = new Uint16Array(bytes.buffer).findIndex((bits) => (bits & INFINITE_HALF) === INFINITE_HALF);
  if (wrong >= 0) throw new RolloutsError(`${name}: ${values[wrong]} is more than f16 holds; use f32`);
  return bytes;
}

async function addArrays(zip: ZipWriter, layout: LabelsLayout, parts: Parts): Promise<void> {
  const blocks = chunkCount(layout.logProbs);
  const add = async (name: string, metadata: string, chunk: (index: number) => string) => {
    await zip.add(`${name}/zarr.json`, metadata);
    for (let index = 0; index < blocks; index++) await zip.add(chunk(index), await parts.read(chunk(index)));
  };
  const array = (of: ArrayLayout) => add(of.name, encodeArrayMetadata(of), (index) => chunkName(of, index));
  await array(layout.logProbs);
  if (layout.jvp) await array(layout.jvp);
  if (!layout.vjp) return;
  const { projections, scales, directions } = layout.vjp;
  await array(scales);
  await array(directions);
  await add(projections.name, encodeShardMetadata(projections), (index) => shardName(projections, index));
}

async function addBasis(zip: ZipWriter, attributes: NewLabelsAttributes, bytes: Uint8Array): Promise<void> {
  const one = basisLayout(attributes, 1);
  const size = chunkBytes(one) / one.chunkLength;
  const basis = basisLayout(attributes, bytes.length / size);
  await zip.add('basis/zarr.json', encodeArrayMetadata(basis));
  for (let index = 0; index < chunkCount(basis); index++) {
    const chunk = new Uint8Array(chunkBytes(basis));
    chunk.set(bytes.subarray(index * chunk.length, (index + 1) * chunk.length));
    await zip.add(chunkName(basis, index), await encodeChunk(chunk));
  }
}
