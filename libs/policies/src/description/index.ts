// What a policy is, without a tensor engine: apps/api may import this.
export { Architecture, PresetName, presetLayers, resolveLayers } from './architecture.ts';
export { ArchitectureError } from './architecture-error.ts';
export { LayerSpec } from './layer-spec.ts';
export { layerNames } from './layer-names.ts';
export { type LayerRow, type LayerTable, layerTable } from './layer-table.ts';
export { referenceLogits, type StoredPolicy } from '../reference/reference-logits.ts';
export { checkWeights, type ExpectedWeight, expectedWeights } from '../weights/expected-weights.ts';
export {
  type NamedTensor,
  readSafetensors,
  type SafetensorsFile,
  WeightsError,
  writeSafetensors,
} from '../weights/safetensors.ts';
