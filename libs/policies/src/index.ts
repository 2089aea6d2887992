export { buildNetwork } from './network.ts';
export { loadWeights, logits, type Policy, saveWeights } from './policy.ts';
export {
  Architecture,
  ArchitectureError,
  type LayerRow,
  LayerSpec,
  type LayerTable,
  layerTable,
  type NamedTensor,
  readSafetensors,
  resolveLayers,
  WeightsError,
  writeSafetensors,
} from './description/index.ts';
