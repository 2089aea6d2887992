import { z } from 'zod';
import { fitImported } from './fit-imported.ts';
import { FormatError, type ImportedPolicy, type ImportRequest } from './imported.ts';
import { readKeras } from './keras/read-keras.ts';
import { readOnnx } from './onnx/read-onnx.ts';
import { readPytorch } from './pytorch/read-pytorch.ts';
import { readForeignSafetensors } from './safetensors/read-safetensors.ts';
import { readStableBaselines3 } from './stable-baselines3/read-stable-baselines3.ts';
import { readTfjs } from './tfjs/read-tfjs.ts';

/** Kinds of files that teachers come in. A new one: its name, its case below, and its reader in a folder of its own. */
export const TeacherFormat = z
  .enum(['safetensors', 'pytorch', 'stable-baselines3', 'onnx', 'tfjs', 'keras'])
  .meta({ id: 'TeacherFormat' });
export type TeacherFormat = z.infer<typeof TeacherFormat>;

/**
 * Reads a policy out of a file of any of the formats: its layers and weights, fit for `layerTable` and `loadWeights`.
 * Nothing in the file is executed, and nothing is allocated that the file only claims to hold.
 * @throws FormatError naming the entry, tensor or operator at fault
 */
export async function importPolicy(format: TeacherFormat, request: ImportRequest): Promise<ImportedPolicy> {
  return fitImported(await readPolicy(format, request), request);
}

function readPolicy(format: TeacherFormat, request: ImportRequest): ImportedPolicy | Promise<ImportedPolicy> {
  switch (format) {
    case 'safetensors':
      return readForeignSafetensors(request);
    case 'pytorch':
      return readPytorch(request);
    case 'stable-baselines3':
      return readStableBaselines3(request);
    case 'onnx':
      return readOnnx(request);
    case 'tfjs':
      return readTfjs(request);
    case 'keras':
      return readKeras(request);
    default:
      throw new FormatError('format', `'${String(format)}' is no format that can be read`);
  }
}
