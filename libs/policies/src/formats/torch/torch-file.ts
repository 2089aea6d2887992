import { isZip } from '../archive.ts';
import { type PickleValue } from '../pickle/values.ts';
import { readLegacyFile } from './legacy-file.ts';
import { readZipFile } from './zip-file.ts';

/**
 * The object that `torch.save` wrote, in the zip format of torch 1.6 and later or in the one before: dictionaries and
 * lists of numbers, text and StoredTensors, whose bytes are not read yet.
 * @param name of the file, for errors
 * @throws FormatError
 */
export async function readTorchFile(bytes: Uint8Array, name = 'file'): Promise<PickleValue> {
  return isZip(bytes) ? await readZipFile(bytes, name) : readLegacyFile(bytes, name);
}
