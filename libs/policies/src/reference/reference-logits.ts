import { type LayerRow } from '../description/layer-table.ts';
import { paddingOf } from '../description/padding.ts';
import { checkWeights } from '../weights/expected-weights.ts';
import { type NamedTensor } from '../weights/safetensors.ts';
import { activation } from './activation.ts';
import { affine, type Affine } from './affine.ts';
import { averagePool, convolve, maxPool, type Windows } from './windows.ts';

/** A policy as it stands on disk, and what is done to its observations before the first layer. */
export interface StoredPolicy {
  rows: readonly LayerRow[];
  /** PyTorch's layout, as `checkWeights` asks. */
  weights: ReadonlyMap<string, NamedTensor>;
  /** Factor from the observations' numbers to the pixels that the network sees. */
  scale: '1/255' | '1';
}

/**
 * Logits [n, actions] of observations [n, height, width, stack], by plain loops that sum in double precision: what the
 * engine and every exported file are held against. No tensor engine.
 * @throws WeightsError when the weights are not the layers' weights, or not finite
 * @throws RangeError when the observations are not a whole number of images
 */
export function referenceLogits(policy: StoredPolicy, observations: Uint8Array | Float32Array): Float32Array {
  checkWeights(policy.rows, policy.weights);
  const shape = policy.rows[0]!.inputShape;
  const size = shape.reduce((product, length) => product * length, 1);
  if (observations.length % size !== 0)
    throw new RangeError(`${observations.length} numbers are no whole number of observations [${shape.join(', ')}]`);
  const actions = policy.rows.at(-1)!.outputShape[0]!;
  const logits = new Float32Array((observations.length / size) * actions);
  for (let index = 0; index < observations.length / size; index++) {
    const image = channelsFirst(observations.subarray(index * size, (index + 1) * size), shape);
    const pixels = policy.scale === '1/255' ? image.map((value) => value / 255) : image;
    logits.set(applyLayers(policy.rows, policy.weights, pixels), index * actions);
  }
  return logits;
}

/** From (row, column, channel) order to PyTorch's (channel, row, column), in which flattening leaves all in its place. */
function channelsFirst(image: Uint8Array | Float32Array, shape: readonly number[]): Float64Array {
  const channels = shape.at(-1)!;
  const pixels = image.length / channels;
  if (shape.length !== 3) return Float64Array.from(image);
  return Float64Array.from(image, (_, i) => image[(i % pixels) * channels + Math.floor(i / pixels)]!);
}

type Weights = StoredPolicy['weights'];

function applyLayers(rows: readonly LayerRow[], weights: Weights, x: Float64Array): Float64Array {
  return rows.reduce((values, row) => applyLayer(row, weights, values), x);
}

function applyLayer(row: LayerRow, weights: Weights, x: Float64Array): Float64Array {
  const { name, spec, inner = [] } = row;
  switch (spec.kind) {
    case 'conv':
      return convolve(
        windowsOf(row, { ...spec, size: spec.kernel, padding: paddingOf(spec) }),
        named(weights, name),
        x,
      );
    case 'dense': {
      const values = new Float64Array(spec.units);
      affine(named(weights, name), x, { values, start: 0, step: 1 });
      return values;
    }
    case 'flatten':
      return x;
    case 'max-pool':
      return maxPool(windowsOf(row, spec), x);
    case 'average-pool':
      return averagePool(windowsOf(row, spec), x);
    case 'layer-norm':
      return normalize(named(weights, name), x);
    case 'residual': {
      const change = applyLayers(inner, weights, x);
      return x.map((value, index) => value + change[index]!);
    }
    default:
      return x.map(activation(spec));
  }
}

function windowsOf(row: LayerRow, { size, stride, padding }: Pick<Windows, 'size' | 'stride' | 'padding'>): Windows {
  const [height, width, channels] = row.inputShape as [number, number, number];
  return { height, width, channels, size, stride, padding };
}

function named(weights: Weights, layer: string): Affine {
  return { weight: weights.get(`${layer}.weight`)!.data, bias: weights.get(`${layer}.bias`)!.data };
}

/** PyTorch's layer norm over the whole example, with its default ε = 1e-5. */
function normalize({ weight, bias }: Affine, x: Float64Array): Float64Array {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * weight[i]! + bias[i]!);
}
