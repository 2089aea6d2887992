import { type LayerRow } from '../../description/layer-table.ts';
import { type ExpectedWeight, expectedWeights } from '../../weights/expected-weights.ts';
import { type NamedTensor } from '../../weights/safetensors.ts';
import { FormatError } from '../imported.ts';
import { listTensors, type Module, tensorsIn } from './modules.ts';
import { type StateTensor } from './state-tensor.ts';

/** A layer's place for weights: its name and the shapes that PyTorch's module of it has. */
export interface Slot {
  layer: string;
  weight: ExpectedWeight;
  bias: ExpectedWeight;
}

/** The layers that have weights, in order. */
export function slotsOf(rows: readonly LayerRow[]): Slot[] {
  const expected = expectedWeights(rows);
  return expected.flatMap((weight, index) => {
    const layer = /^(.*)\.weight$/.exec(weight.name)?.[1];
    return layer === undefined ? [] : [{ layer, weight, bias: expected[index + 1]! }];
  });
}

/**
 * Weights by our names from a file's modules, one for each of the layers' slots and in their order. PyTorch's layout is the
 * layout of our files, so the numbers stay as they are; a layer without a bias gets zeros.
 * @throws FormatError naming the tensor whose shape is not the layer's, and both shapes
 */
export async function assemble(
  rows: readonly LayerRow[],
  modules: readonly Module[],
): Promise<Map<string, NamedTensor>> {
  const slots = slotsOf(rows);
  if (slots.length !== modules.length)
    throw new FormatError(
      'tensors',
      `${slots.length} layers have weights, the file has ${modules.length}: ${listTensors(tensorsIn(modules))}`,
    );
  for (const [index, slot] of slots.entries()) requireShapes(slot, modules[index]!);
  const weights = new Map<string, NamedTensor>();
  for (const [index, { weight, bias }] of slots.entries()) {
    const module = modules[index]!;
    weights.set(weight.name, await namedTensor(weight.shape, module.weight));
    weights.set(bias.name, await namedTensor(bias.shape, module.bias));
  }
  return weights;
}

function requireShapes({ weight, bias }: Slot, module: Module): void {
  requireShape(weight, module.weight);
  if (module.bias) requireShape(bias, module.bias);
}

function requireShape({ name, shape }: ExpectedWeight, tensor: StateTensor): void {
  if (tensor.shape.join() === shape.join()) return;
  const [has, needs] = [tensor.shape, shape].map((sizes) => `[${sizes.join(', ')}]`);
  throw new FormatError(tensor.name, `tensor '${tensor.name}' has shape ${has}; ${name} needs ${needs}`);
}

async function namedTensor(shape: number[], tensor: StateTensor | undefined): Promise<NamedTensor> {
  const data = tensor ? await tensor.read() : new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (tensor && !data.every(Number.isFinite))
    throw new FormatError(tensor.name, `tensor '${tensor.name}' holds a value that is not finite`);
  return { dtype: 'F32', shape, data };
}
