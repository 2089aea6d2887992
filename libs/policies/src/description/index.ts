// What a policy is, without a tensor engine: apps/api may import this.
export { Architecture, PresetName, presetLayers, resolveLayers } from './architecture.ts';
export { LayerSpec } from './layer-spec.ts';
export { ArchitectureError, type LayerRow, type LayerTable, layerNames, layerTable } from './layer-table.ts';
export { checkWeights, type ExpectedWeight, expectedWeights } from '../weights/expected-weights.ts';
export {
  type NamedTensor,
  readSafetensors,
  type SafetensorsFile,
  WeightsError,
  writeSafetensors,
} from '../weights/safetensors.ts';
