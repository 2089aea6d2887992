import { z } from 'zod';
import { checkWeights } from '../weights/expected-weights.ts';
import { type ExportedFile, type ExportRequest } from './exported-file.ts';
import { writeOnnx } from './onnx/write-onnx.ts';
import { writePytorch } from './pytorch/write-pytorch.ts';
import { writeTfjs } from './tfjs/write-tfjs.ts';

/** Formats that students are handed out in. A new one: its name, its case below, its writer, and its check. */
export const ExportKind = z
  .enum(['onnx', 'tfjs', 'pytorch', 'cleanrl', 'stable-baselines3'])
  .meta({ id: 'ExportKind' });
export type ExportKind = z.infer<typeof ExportKind>;

/**
 * The policy as a file for other libraries. All but the state dicts take observations [n, height, width, stack] of 0–255, as
 * the contract has them, and scale them within.
 * @throws WeightsError when the weights are not the layers' weights, or not finite
 * @throws ExportError when the format has not one of the layers
 */
export function exportPolicy(kind: ExportKind, request: ExportRequest): ExportedFile {
  checkWeights(request.rows, request.weights);
  switch (kind) {
    case 'onnx':
      return writeOnnx(request);
    case 'tfjs':
      return writeTfjs(request);
    case 'pytorch':
    case 'cleanrl':
    case 'stable-baselines3':
      return writePytorch(kind, request);
  }
}
