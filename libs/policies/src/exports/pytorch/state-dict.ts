import { type NamedTensor } from '../../weights/safetensors.ts';
import { storeZip } from '../zip.ts';
import { call, FALSE, imported, integer, orderedDict, persistent, pickle, text, tuple } from './pickle.ts';

/** A state dict's entries in its order; a tensor that stands under several names is stored once. */
export type StateDict = readonly (readonly [name: string, tensor: NamedTensor])[];

/**
 * The zip that `torch.save` writes of a state dict, for `torch.load(file, weights_only=True)`: data.pkl holds names, shapes
 * and numbers of storages, data/0, data/1 … their float32 numbers, least significant byte first.
 * @param metadata kept beside the weights in extra/metadata.json, where torch does not look
 */
export function writeStateDict(entries: StateDict, metadata: Readonly<Record<string, string>>): Uint8Array {
  const storages = [...new Set(entries.map(([, tensor]) => tensor))];
  const tensors = entries.map(([name, tensor]) => [name, rebuilt(tensor, storages.indexOf(tensor))] as const);
  const files = new Map<string, Uint8Array | string>([
    ['student/data.pkl', pickle(orderedDict(tensors))],
    ['student/byteorder', 'little'],
    ['student/version', '3\n'],
    ['student/extra/metadata.json', JSON.stringify(metadata)],
  ]);
  for (const [key, { data }] of storages.entries())
    files.set(`student/data/${key}`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return storeZip(files);
}

/** torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks). */
function rebuilt({ shape, data }: NamedTensor, key: number) {
  const floats = imported('torch', 'FloatStorage');
  const storage = persistent(tuple([text('storage'), floats, text(String(key)), text('cpu'), integer(data.length)]));
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  return call(imported('torch._utils', '_rebuild_tensor_v2'), [
    storage,
    integer(0),
    tuple(shape.map(integer)),
    tuple(strides.map(integer)),
    FALSE,
    orderedDict([]),
  ]);
}
