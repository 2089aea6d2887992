import { z } from 'zod';
import { halfToFloat } from '../half.ts';
import { FormatError } from '../imported.ts';
import { type StoredTensor } from '../keras-layers/weight-source.ts';

const Quantization = z.object({
  dtype: z.enum(['uint8', 'uint16', 'float16']),
  scale: z.number().optional(),
  min: z.number().optional(),
});
const Weight = z.object({
  name: z.string().max(1000),
  shape: z.array(z.int().min(0)).max(8),
  dtype: z.enum(['float32', 'int32', 'uint8', 'bool'], { error: 'a type of weights that is not read' }),
  quantization: Quantization.optional(),
});
type Weight = z.infer<typeof Weight>;

/** Of model.json: groups of files, and the tensors that lie one after another in the files of a group. */
export const Manifest = z
  .array(z.object({ paths: z.array(z.string().max(1000)).max(1000), weights: z.array(Weight).max(1000) }))
  .max(1000);

const BYTES = { float32: 4, int32: 4, uint8: 1, bool: 1, uint16: 2, float16: 2 } as const;

/** The tensors of all groups by name. @throws FormatError where files and tensors are not equally long */
export async function readShards(
  manifest: z.infer<typeof Manifest>,
  read: (path: string) => Promise<Uint8Array>,
): Promise<Map<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  const seen = new Set<string>();
  for (const { paths, weights } of manifest) {
    for (const path of paths) {
      // Each once: a list of the same file would be as long as it likes.
      if (seen.has(path)) throw new FormatError(path, 'is named twice as a file of weights');
      seen.add(path);
    }
    const shards = await Promise.all(paths.map(read));
    addTensors(tensors, weights, Buffer.concat(shards));
  }
  return tensors;
}

function addTensors(tensors: Map<string, StoredTensor>, weights: readonly Weight[], bytes: Uint8Array): void {
  let start = 0;
  for (const weight of weights) {
    const { name, shape } = weight;
    if (tensors.has(name)) throw new FormatError(name, 'stands twice among the weights');
    const size = shape.reduce((product, length) => product * length, 1);
    const end = start + size * BYTES[weight.quantization?.dtype ?? weight.dtype];
    if (!(end <= bytes.length))
      throw new FormatError(name, `of shape [${shape.join(', ')}] ends after its files of weights`);
    const part = bytes.subarray(start, end);
    tensors.set(name, { where: name, shape, read: () => numbersOf(weight, part, size) });
    start = end;
  }
  if (start !== bytes.length)
    throw new FormatError('weightsManifest', `${bytes.length - start} bytes of weights belong to no tensor`);
}

function numbersOf({ name, dtype, quantization }: Weight, bytes: Uint8Array, size: number): Float32Array {
  if (dtype !== 'float32') throw new FormatError(name, `is ${dtype}; weights are float32`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { scale = 1, min = 0 } = quantization ?? {};
  const read = {
    none: (index: number) => view.getFloat32(4 * index, true),
    uint8: (index: number) => view.getUint8(index) * scale + min,
    uint16: (index: number) => view.getUint16(2 * index, true) * scale + min,
    float16: (index: number) => halfToFloat(view.getUint16(2 * index, true)),
  }[quantization?.dtype ?? 'none'];
  return Float32Array.from({ length: size }, (_, index) => read(index));
}
