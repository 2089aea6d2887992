/** One example on its way through the network, [height, width, channels]; a vector is 1 × 1 × units. */
export interface Activation {
  values: Float64Array;
  height: number;
  width: number;
  channels: number;
}

export type Apply = (input: Activation) => Activation;

export interface LayerWeights {
  weight: ArrayLike<number>;
  bias: ArrayLike<number>;
}

/** A window that slides over an image. */
export interface Sliding {
  size: number;
  stride: number;
  /** Pixels added on every side. */
  padding: number;
}

/** Element by element. */
export function each(phi: (value: number) => number): Apply {
  return (input) => ({ ...input, values: input.values.map(phi) });
}

/** The values under a window, channel by channel; undefined where it looks at padding. */
type Look = (dy: number, dx: number, channel: number) => number | undefined;

function slide({ size, stride, padding }: Sliding, channels: number, compute: (look: Look, channel: number) => number) {
  return (input: Activation): Activation => {
    const fit = (length: number) => Math.floor((length + 2 * padding - size) / stride) + 1;
    const [height, width] = [fit(input.height), fit(input.width)];
    const values = new Float64Array(height * width * channels);
    let next = 0;
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const look: Look = (dy, dx, channel) => {
          const [y, x] = [row * stride + dy - padding, column * stride + dx - padding];
          if (y < 0 || x < 0 || y >= input.height || x >= input.width) return undefined;
          return input.values[(y * input.width + x) * input.channels + channel];
        };
        for (let channel = 0; channel < channels; channel++) values[next++] = compute(look, channel);
      }
    return { values, height, width, channels };
  };
}

/** PyTorch's conv: weight [filters, channels, kernel, kernel]. */
export function convolve(filters: number, window: Sliding, { weight, bias }: LayerWeights): Apply {
  const { size } = window;
  const channels = weight.length / filters / size ** 2;
  return slide(window, filters, (look, filter) => {
    let sum = bias[filter]!;
    for (let channel = 0; channel < channels; channel++)
      for (let dy = 0; dy < size; dy++)
        for (let dx = 0; dx < size; dx++)
          sum += (look(dy, dx, channel) ?? 0) * weight[((filter * channels + channel) * size + dy) * size + dx]!;
    return sum;
  });
}

export function maxPool(window: Sliding): Apply {
  return pool(window, (seen) => Math.max(...seen));
}

/** Padding counts as zeros. */
export function averagePool(window: Sliding): Apply {
  return pool(window, (seen) => seen.reduce((sum, value) => sum + value, 0) / window.size ** 2);
}

function pool(window: Sliding, reduce: (seen: number[]) => number): Apply {
  return (input) =>
    slide(window, input.channels, (look, channel) => {
      const seen: number[] = [];
      for (let dy = 0; dy < window.size; dy++)
        for (let dx = 0; dx < window.size; dx++) {
          const value = look(dy, dx, channel);
          if (value !== undefined) seen.push(value);
        }
      return reduce(seen);
    })(input);
}

/** PyTorch's linear: weight [units, inputs]. */
export function multiply(units: number, { weight, bias }: LayerWeights): Apply {
  return ({ values }) => {
    const out = Float64Array.from({ length: units }, (_, unit) => {
      let sum = bias[unit]!;
      for (let input = 0; input < values.length; input++) sum += values[input]! * weight[unit * values.length + input]!;
      return sum;
    });
    return { values: out, height: 1, width: 1, channels: units };
  };
}

/** PyTorch's layer norm over the whole example: weight and bias [channels, height, width]. */
export function normalize({ weight, bias }: LayerWeights): Apply {
  return (input) => {
    const { values, channels } = input;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const pixels = values.length / channels;
    const normal = values.map((value, index) => {
      const place = (index % channels) * pixels + Math.floor(index / channels);
      return ((value - mean) / Math.sqrt(variance + 1e-5)) * weight[place]! + bias[place]!;
    });
    return { ...input, values: normal };
  };
}

/** x + f(x). */
export function addTo(inner: readonly Apply[]): Apply {
  return (input) => {
    const { values } = inner.reduce((activation, layer) => layer(activation), input);
    return { ...input, values: input.values.map((value, index) => value + values[index]!) };
  };
}

/** Into PyTorch's order, channel by channel: weights after it count their inputs so. */
export function flatten({ values, height, width, channels }: Activation): Activation {
  const pixels = height * width;
  const flat = Float64Array.from(
    values,
    (_, index) => values[(index % pixels) * channels + Math.floor(index / pixels)]!,
  );
  return { values: flat, height: 1, width: 1, channels: flat.length };
}

/** The error function to 1.5e-7 (Abramowitz & Stegun 7.1.26). */
export function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}
