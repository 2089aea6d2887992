import { resolveLayers } from '../../description/architecture.ts';
import { readSafetensors } from '../../weights/safetensors.ts';
import { asFormatError } from '../fit-imported.ts';
import { FormatError, type ImportedPolicy, type ImportRequest } from '../imported.ts';

/** A safetensors file of our own names, with its architecture described. */
export function readOurSafetensors({ bytes, architecture, actions }: ImportRequest): ImportedPolicy {
  if (!architecture)
    throw new FormatError('architecture', 'a safetensors file holds weights only: say which architecture it is of');
  const { tensors } = asFormatError(() => readSafetensors(bytes));
  return { layers: resolveLayers(architecture, actions), weights: tensors, inputScale: null, remarks: [] };
}
