import { readSafetensors, type StoredTensor } from './safetensors.ts';

/** A student that runs where it is loaded, without any tensor engine: plain loops, for checks and small batches. */
export interface LoadedPolicy {
  /** The observation contract under which the policy was trained. */
  observation: Record<string, unknown>;
  contractHash: string;
  /** Meaning of each logit. */
  actions: string[];
  /** Logits [batch, actions] of observations [batch, height, width, stack], oldest frame first, 0–255. */
  logits(observations: Uint8Array, batch: number): Float32Array;
}

type Layer =
  | { kind: 'conv'; filters: number; kernel: number; stride: number }
  | { kind: 'dense'; units: number }
  | { kind: 'flatten' }
  | { kind: 'relu' };

/** One example on its way through the network, [height, width, channels]. */
interface Activation {
  values: Float64Array;
  height: number;
  width: number;
  channels: number;
}

type Apply = (input: Activation) => Activation;

/**
 * Loads a student that was downloaded from the service (safetensors).
 * @throws TypeError when the file is not such a student
 */
export function loadPolicy(bytes: Uint8Array): LoadedPolicy {
  const { tensors, metadata } = readSafetensors(bytes);
  const { layers, observation, actions, contract_hash: contractHash } = metadata;
  if (!layers || !observation || !actions || !contractHash)
    throw new TypeError('the file carries no layers and no observation contract');
  const contract = JSON.parse(observation) as { height: number; width: number; stack: number };
  const apply = buildLayers(JSON.parse(layers) as Layer[], tensors);
  const size = contract.height * contract.width * contract.stack;
  const one = (pixels: Uint8Array) => {
    const values = Float64Array.from(pixels, (pixel) => pixel / 255);
    const image = { values, height: contract.height, width: contract.width, channels: contract.stack };
    return apply.reduce<Activation>((activation, layer) => layer(activation), image).values;
  };
  return {
    observation: contract,
    contractHash,
    actions: JSON.parse(actions) as string[],
    logits: (observations, batch) =>
      Float32Array.from(
        Array.from({ length: batch }, (_, i) => [...one(observations.subarray(i * size, (i + 1) * size))]).flat(),
      ),
  };
}

/** Weights are named as on disk: conv1, conv2 …, dense (dense1 … where there are several), logits. */
function buildLayers(layers: readonly Layer[], tensors: ReadonlyMap<string, StoredTensor>): Apply[] {
  const hidden = layers.slice(0, -1).filter(({ kind }) => kind === 'dense').length;
  const weights = (name: string) => {
    const [weight, bias] = [tensors.get(`${name}.weight`), tensors.get(`${name}.bias`)];
    if (!weight || !bias) throw new TypeError(`the file has no weights for layer '${name}'`);
    return { weight: weight.data, bias: bias.data };
  };
  let [convs, denses] = [0, 0];
  return layers.map((layer, index): Apply => {
    switch (layer.kind) {
      case 'conv':
        return convolve(layer, weights(`conv${++convs}`));
      case 'dense': {
        denses += 1;
        const name = index === layers.length - 1 ? 'logits' : hidden === 1 ? 'dense' : `dense${denses}`;
        return multiply(layer.units, weights(name));
      }
      case 'flatten':
        return flatten;
      case 'relu':
        return (input) => ({ ...input, values: input.values.map((value) => Math.max(0, value)) });
    }
  });
}

interface LayerWeights {
  weight: ArrayLike<number>;
  bias: ArrayLike<number>;
}

/** PyTorch's conv: weight [filters, channels, kernel, kernel]. */
function convolve(
  { filters, kernel, stride }: { filters: number; kernel: number; stride: number },
  { weight, bias }: LayerWeights,
): Apply {
  return ({ values, height, width, channels }) => {
    const [rows, columns] = [height, width].map((size) => Math.floor((size - kernel) / stride) + 1) as [number, number];
    const out = new Float64Array(rows * columns * filters);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let filter = 0; filter < filters; filter++) {
          let sum = bias[filter]!;
          for (let dy = 0; dy < kernel; dy++)
            for (let dx = 0; dx < kernel; dx++) {
              const pixel = ((row * stride + dy) * width + column * stride + dx) * channels;
              for (let channel = 0; channel < channels; channel++)
                sum += values[pixel + channel]! * weight[((filter * channels + channel) * kernel + dy) * kernel + dx]!;
            }
          out[(row * columns + column) * filters + filter] = sum;
        }
    return { values: out, height: rows, width: columns, channels: filters };
  };
}

/** PyTorch's linear: weight [units, inputs]. */
function multiply(units: number, { weight, bias }: LayerWeights): Apply {
  return ({ values }) => {
    const out = Float64Array.from({ length: units }, (_, unit) => {
      let sum = bias[unit]!;
      for (let input = 0; input < values.length; input++) sum += values[input]! * weight[unit * values.length + input]!;
      return sum;
    });
    return { values: out, height: 1, width: 1, channels: units };
  };
}

/** Into PyTorch's order, channel by channel: dense weights on disk count their inputs so. */
function flatten({ values, height, width, channels }: Activation): Activation {
  const pixels = height * width;
  const flat = Float64Array.from(
    values,
    (_, index) => values[(index % pixels) * channels + Math.floor(index / pixels)]!,
  );
  return { values: flat, height: 1, width: 1, channels: flat.length };
}
