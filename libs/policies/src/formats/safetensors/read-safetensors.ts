import { readSafetensorsEntries, type SafetensorsEntry } from '../../weights/safetensors.ts';
import { asFormatError } from '../fit-imported.ts';
import { FormatError, type ImportedPolicy, type ImportRequest } from '../imported.ts';
import { readDescribed } from '../torch/described.ts';
import { elementBytes, type ElementType } from '../torch/element-types.ts';
import { type StateTensor, stateTensor } from '../torch/state-tensor.ts';
import { StoredNumbers, StoredTensor } from '../torch/torch-objects.ts';

/**
 * A safetensors file of a described architecture: by our names, or by those of a PyTorch module, whose shapes then say which
 * layers they are. The format keeps no order, so layers of one shape go by the numbers in their names.
 * @throws FormatError
 */
export async function readForeignSafetensors(request: ImportRequest): Promise<ImportedPolicy> {
  const { architecture } = request;
  if (!architecture)
    throw new FormatError('architecture', 'a safetensors file holds weights only: say which architecture it is of');
  const { entries } = asFormatError(() => readSafetensorsEntries(request.bytes, elementBytes));
  const read = await readDescribed(entries.map(tensorOf), { ...request, architecture }, { ordered: false });
  return { ...read, inputScale: null };
}

function tensorOf({ name, dtype, shape, data }: SafetensorsEntry<ElementType>): StateTensor {
  const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const numbers = new StoredNumbers(name, dtype, data.byteLength / elementBytes[dtype], () => Promise.resolve(data));
  return stateTensor(name, new StoredTensor(numbers, 0, shape, stride));
}
