import {
  averagePool,
  conv,
  dense,
  elu,
  flatten,
  gelu,
  type Layer,
  layerNorm,
  leakyRelu,
  maxPool,
  type Network,
  relu,
  residual,
  silu,
  softplus,
  tanh,
} from '@distiller/sobolev';
import { type ActivationSpec } from './description/layer-spec.ts';
import { type LayerRow } from './description/layer-table.ts';
import { paddingOf } from './description/padding.ts';

/** The network of a layer table. */
export function buildNetwork(rows: readonly LayerRow[]): Network {
  return { inputShape: rows[0]!.inputShape, layers: rows.map(buildLayer) };
}

function buildLayer({ name, spec, inputShape, inner = [] }: LayerRow): Layer {
  const image = inputShape as [number, number, number];
  switch (spec.kind) {
    case 'conv':
      return conv({ ...spec, name, inputShape: image, padding: paddingOf(spec) });
    case 'dense':
      return dense({ name, inputs: inputShape[0]!, units: spec.units });
    case 'flatten':
      return flatten({ name, inputShape });
    case 'max-pool':
      return maxPool({ ...spec, name, inputShape: image });
    case 'average-pool':
      return averagePool({ ...spec, name, inputShape: image });
    case 'layer-norm':
      return layerNorm({ name, inputShape });
    case 'residual':
      return residual({ name, inputShape, layers: inner.map(buildLayer) });
    default:
      return buildActivation(spec, { name, inputShape });
  }
}

function buildActivation(spec: ActivationSpec, at: { name: string; inputShape: number[] }): Layer {
  switch (spec.kind) {
    case 'relu':
      return relu(at);
    case 'leaky-relu':
      return leakyRelu({ ...at, slope: spec.slope });
    case 'elu':
      return elu({ ...at, alpha: spec.alpha });
    case 'gelu':
      return gelu(at);
    case 'silu':
      return silu(at);
    case 'tanh':
      return tanh(at);
    case 'softplus':
      return softplus(at);
  }
}
