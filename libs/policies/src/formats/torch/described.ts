import { resolveLayers } from '../../description/architecture.ts';
import { type LayerSpec } from '../../description/layer-spec.ts';
import { type NamedTensor } from '../../weights/safetensors.ts';
import { layerRows } from '../fit-imported.ts';
import { type ImportedPolicy, type ImportRequest } from '../imported.ts';
import { assemble } from './assemble.ts';
import { matchLayers } from './match-layers.ts';
import { type Module } from './modules.ts';
import { type StateTensor } from './state-tensor.ts';

/** What tensors alone can say: layers, weights, and how they were found. */
export type ReadTensors = Pick<ImportedPolicy, 'layers' | 'weights' | 'remarks'>;
export type DescribedRequest = ImportRequest & Required<Pick<ImportRequest, 'architecture'>>;

/** The weights of the request's architecture among a file's tensors. @throws FormatError where they are not found */
export async function readDescribed(
  tensors: readonly StateTensor[],
  request: DescribedRequest,
  order: { ordered: boolean },
): Promise<ReadTensors> {
  const layers = resolveLayers(request.architecture, request.actions);
  const { modules, remarks } = matchLayers(layerRows(layers, request), tensors, order);
  return { layers, weights: await readModules(layers, modules, request), remarks };
}

/** The weights of layers, one module each. @throws FormatError where a shape is not the layer's */
export async function readModules(
  layers: LayerSpec[],
  modules: readonly Module[],
  request: ImportRequest,
): Promise<Map<string, NamedTensor>> {
  return await assemble(layerRows(layers, request), modules);
}
