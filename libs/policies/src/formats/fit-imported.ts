import { z } from 'zod';
import { ArchitectureError } from '../description/architecture-error.ts';
import { LayerSpec } from '../description/layer-spec.ts';
import { type LayerRow, layerTable } from '../description/layer-table.ts';
import { checkWeights } from '../weights/expected-weights.ts';
import { type NamedTensor, WeightsError } from '../weights/safetensors.ts';
import { FormatError, type ImportedPolicy, type ImportRequest } from './imported.ts';

const Layers = z.array(LayerSpec).min(1).max(64);

/**
 * What every reader's result must be: layers that fit the input and the actions, and exactly their weights, all finite. The
 * temperature is divided into the last dense layer here, once for all formats.
 * @throws FormatError naming the layer or the tensor that does not fit
 */
export function fitImported(imported: ImportedPolicy, request: ImportRequest): ImportedPolicy {
  const rows = layerRows(imported.layers, request);
  asFormatError(() => checkWeights(rows, imported.weights));
  return divide(imported, rows, request.temperature ?? 1);
}

/** The layer table of layers that a file describes. @throws FormatError at the first that does not fit */
export function layerRows(layers: readonly LayerSpec[], { input, actions }: ImportRequest): LayerRow[] {
  const { error, data } = Layers.safeParse(layers);
  if (error) {
    const { path, message } = error.issues[0]!;
    throw new FormatError(['layers', ...path].join('/'), message);
  }
  return asFormatError(() => layerTable(data, [...input], actions).rows);
}

/** The libraries' own errors, as this border's. */
export function asFormatError<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof WeightsError) throw new FormatError(error.tensor ?? 'file', error.message);
    if (error instanceof ArchitectureError)
      throw new FormatError(`layers/${error.index}/${error.field}`, error.message);
    throw error;
  }
}

function divide(imported: ImportedPolicy, rows: readonly LayerRow[], temperature: number): ImportedPolicy {
  if (!(temperature > 0 && Number.isFinite(temperature)))
    throw new FormatError('temperature', `a temperature is a positive number, not ${temperature}`);
  if (temperature === 1) return imported;
  const last = rows.at(-1)!.name;
  const weights = new Map(imported.weights);
  for (const name of [`${last}.weight`, `${last}.bias`]) weights.set(name, quotient(weights.get(name)!, temperature));
  const remark = `the logits are divided by the temperature ${temperature}: so is the last dense layer`;
  return { ...imported, ...dividedReference(imported, temperature), weights, remarks: [...imported.remarks, remark] };
}

function dividedReference({ reference }: ImportedPolicy, temperature: number): Pick<ImportedPolicy, 'reference'> {
  return reference ? { reference: { ...reference, logits: quotient(reference.logits, temperature) } } : {};
}

function quotient(tensor: NamedTensor, divisor: number): NamedTensor {
  return { ...tensor, data: Float32Array.from(tensor.data, (value) => value / divisor) };
}
