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
  unblock,
} from '@distiller/sobolev';
import { type ActivationSpec } from './description/layer-spec.ts';
import { type LayerRow } from './description/layer-table.ts';
import { paddingOf } from './description/padding.ts';

/**
 * The block in which the first layer can take its input without rearranging it: its stride, where kernel and image
 * divide by it and there is no padding, else 1. Batches come in the teacher's, so that teacher and student see the same tensor.
 */
export function inputBlock(rows: readonly LayerRow[]): number {
  const first = rows[0];
  if (first?.spec.kind !== 'conv') return 1;
  const { kernel, stride } = first.spec;
  const [height, width] = first.inputShape;
  if (paddingOf(first.spec) > 0) return 1;
  const divides = kernel % stride === 0 && (height! - kernel) % stride === 0 && (width! - kernel) % stride === 0;
  return divides ? stride : 1;
}

/** The network of a layer table, for inputs in space-to-depth layout with the given block. */
export function buildNetwork(rows: readonly LayerRow[], block: number): Network {
  const [height, width, channels] = rows[0]!.inputShape as [number, number, number];
  const direct = block === 1 || inputBlock(rows) === block;
  const layers = rows.map((row, index) => buildLayer(row, index === 0 && direct && block > 1));
  return {
    block,
    inputShape: [height / block, width / block, block * block * channels],
    layers: direct ? layers : [unblock({ block, outputShape: [height, width, channels] }), ...layers],
  };
}

function buildLayer({ name, spec, inputShape, inner = [] }: LayerRow, blockedInput = false): Layer {
  const image = inputShape as [number, number, number];
  switch (spec.kind) {
    case 'conv':
      return conv({ ...spec, name, inputShape: image, padding: paddingOf(spec), blockedInput });
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
      return residual({ name, inputShape, layers: inner.map((row) => buildLayer(row)) });
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
