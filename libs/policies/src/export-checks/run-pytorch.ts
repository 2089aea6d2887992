import { type TorchName, torchNames, type TorchNaming } from '../exports/pytorch/torch-names.ts';
import { stateTensor } from '../formats/torch/state-tensor.ts';
import { readTorchFile } from '../formats/torch/torch-file.ts';
import { StoredTensor } from '../formats/torch/torch-objects.ts';
import { referenceLogits } from '../reference/reference-logits.ts';
import { type NamedTensor } from '../weights/safetensors.ts';
import { type ExpectedAnswers } from './expected-answers.ts';

/** What the plain loops answer with the weights as the importer of torch files reads them back: all of them, and no other. */
export async function runPytorch(
  naming: TorchNaming,
  bytes: Uint8Array,
  { rows, scale, observations }: Omit<ExpectedAnswers, 'logits'>,
): Promise<ArrayLike<number>> {
  const file = await readTorchFile(bytes);
  const names = torchNames(naming, rows);
  if (!(file instanceof Map)) throw new Error('the file holds no state dict');
  requireNames([...file.keys()].map(String), names);
  const weights = new Map<string, NamedTensor>();
  for (const name of names) {
    const tensor = await readTensor(name, file.get(name.theirs));
    const known = name.ours === undefined ? undefined : weights.get(name.ours);
    if (known && !known.data.every((value, index) => value === tensor.data[index]))
      throw new Error(`tensor '${name.theirs}' is not the weight that stands under another name`);
    if (name.ours !== undefined) weights.set(name.ours, tensor);
  }
  return referenceLogits({ rows, weights, scale }, observations);
}

function requireNames(found: readonly string[], expected: readonly TorchName[]): void {
  const known = expected.map(({ theirs }) => theirs);
  const missing = known.find((name) => !found.includes(name));
  if (missing !== undefined) throw new Error(`the file has no tensor '${missing}'`);
  const extra = found.find((name) => !known.includes(name));
  if (extra !== undefined) throw new Error(`tensor '${extra}' belongs to no layer`);
}

async function readTensor({ theirs, ours, shape }: TorchName, value: unknown): Promise<NamedTensor> {
  if (!(value instanceof StoredTensor) || value.shape.join() !== shape.join())
    throw new Error(`'${theirs}' is not a tensor of shape [${shape.join(', ')}]`);
  const data = await stateTensor(theirs, value).read();
  if (ours === undefined && data.some((number) => number !== 0))
    throw new Error(`tensor '${theirs}' is not zeros, and the policy has no value head`);
  return { dtype: 'F32', shape, data };
}
