import {
  addTo,
  type Apply,
  averagePool,
  convolve,
  each,
  erf,
  flatten,
  type LayerWeights,
  maxPool,
  multiply,
  normalize,
} from './loops.ts';
import { type StoredTensor } from './safetensors.ts';

type Pool = { size: number; stride: number; padding: number };

/** A layer as the service writes it into the file, with every default filled in. */
export type StoredLayer =
  | { kind: 'conv'; filters: number; kernel: number; stride: number; padding: 'valid' | 'same' | number }
  | { kind: 'dense'; units: number }
  | { kind: 'flatten' | 'layer-norm' | 'relu' | 'gelu' | 'silu' | 'tanh' | 'softplus' }
  | ({ kind: 'max-pool' | 'average-pool' } & Pool)
  | { kind: 'leaky-relu'; slope: number }
  | { kind: 'elu'; alpha: number }
  | { kind: 'residual'; layers: StoredLayer[] };

/**
 * The network as plain loops. Weights are named as on disk: conv1, conv2 …, dense (dense1 … where there are several),
 * logits; those of a block by its name and theirs: residual1.conv1.
 * @throws TypeError for a layer that is not known here or that has no weights in the file
 */
export function buildLayers(
  layers: readonly StoredLayer[],
  tensors: ReadonlyMap<string, StoredTensor>,
  block = '',
): Apply[] {
  const last = block === '' ? layers.length - 1 : layers.length;
  const hidden = layers.slice(0, last).filter(({ kind }) => kind === 'dense').length;
  const seen = new Map<string, number>();
  return layers.map((layer, index) => {
    const count = (seen.get(layer.kind) ?? 0) + 1;
    seen.set(layer.kind, count);
    const numbered = `${layer.kind.replaceAll('-', '_')}${layer.kind === 'dense' && hidden === 1 ? '' : count}`;
    return buildLayer(layer, block + (index === last ? 'logits' : numbered), tensors);
  });
}

function buildLayer(layer: StoredLayer, name: string, tensors: ReadonlyMap<string, StoredTensor>): Apply {
  const weights = () => layerWeights(name, tensors);
  switch (layer.kind) {
    case 'conv': {
      const { filters, kernel: size, stride, padding } = layer;
      const pixels = padding === 'valid' ? 0 : padding === 'same' ? (size - 1) / 2 : padding;
      return convolve(filters, { size, stride, padding: pixels }, weights());
    }
    case 'dense':
      return multiply(layer.units, weights());
    case 'flatten':
      return flatten;
    case 'max-pool':
      return maxPool(layer);
    case 'average-pool':
      return averagePool(layer);
    case 'layer-norm':
      return normalize(weights());
    case 'residual':
      return addTo(buildLayers(layer.layers, tensors, `${name}.`));
    default:
      return each(activation(layer));
  }
}

type Activation = Exclude<
  StoredLayer,
  { kind: 'conv' | 'dense' | 'flatten' | 'max-pool' | 'average-pool' | 'layer-norm' | 'residual' }
>;

function activation(layer: Activation): (x: number) => number {
  switch (layer.kind) {
    case 'relu':
      return (x) => Math.max(0, x);
    case 'leaky-relu':
      return (x) => (x > 0 ? x : layer.slope * x);
    case 'elu':
      return (x) => (x > 0 ? x : layer.alpha * Math.expm1(x));
    case 'gelu':
      return (x) => (x * (1 + erf(x * Math.SQRT1_2))) / 2;
    case 'silu':
      return (x) => x / (1 + Math.exp(-x));
    case 'tanh':
      return Math.tanh;
    case 'softplus':
      return (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
    default:
      throw new TypeError(`layer '${(layer as { kind: string }).kind}' is not known`);
  }
}

function layerWeights(name: string, tensors: ReadonlyMap<string, StoredTensor>): LayerWeights {
  const [weight, bias] = [tensors.get(`${name}.weight`), tensors.get(`${name}.bias`)];
  if (!weight || !bias) throw new TypeError(`the file has no weights for layer '${name}'`);
  return { weight: weight.data, bias: bias.data };
}
