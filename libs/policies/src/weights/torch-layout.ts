import { type LayerRow } from '../description/layer-table.ts';
import { expectedWeights } from './expected-weights.ts';
import { type NamedTensor } from './safetensors.ts';

/**
 * Between PyTorch's layout (on disk, so that files load into torch modules) and the engine's.
 *
 * | weight | on disk | in the engine |
 * |---|---|---|
 * | conv | [filters, channels, kernel, kernel] | [kernel, kernel, channels, filters] |
 * | dense | [units, inputs] | [inputs, units] |
 * | dense after flatten | inputs in (channel, row, column) order | inputs in (row, column, channel) order |
 */
export function fromTorchLayout(rows: readonly LayerRow[], tensors: ReadonlyMap<string, NamedTensor>): Float32Array[] {
  return permutations(rows).map(({ name, source }) => {
    const data = tensors.get(name)!.data;
    return source ? Float32Array.from(source, (index) => data[index]!) : Float32Array.from(data);
  });
}

/** The inverse of `fromTorchLayout`; `weights` in the engine's order. */
export function toTorchLayout(rows: readonly LayerRow[], weights: readonly Float32Array[]): Map<string, NamedTensor> {
  const entries = permutations(rows).map(({ name, shape, source }, position): [string, NamedTensor] => {
    const values = weights[position]!;
    const data = new Float32Array(values.length);
    for (let index = 0; index < values.length; index++) data[source?.[index] ?? index] = values[index]!;
    return [name, { dtype: 'F32', shape, data }];
  });
  return new Map(entries);
}

/** For each weight the place on disk of each of the engine's numbers; undefined where the order is the same. */
interface Permutation {
  name: string;
  shape: number[];
  source: Uint32Array | undefined;
}

function permutations(rows: readonly LayerRow[]): Permutation[] {
  const expected = new Map(expectedWeights(rows).map((weight) => [weight.name, weight]));
  return rows.flatMap((row, index) => {
    const source = weightSource(row, rows[index - 1]);
    if (!source) return [];
    const [weight, bias] = [expected.get(`${row.name}.weight`)!, expected.get(`${row.name}.bias`)!];
    return [
      { ...weight, source },
      { ...bias, source: undefined },
    ];
  });
}

function weightSource({ spec, inputShape }: LayerRow, previous: LayerRow | undefined): Uint32Array | undefined {
  switch (spec.kind) {
    case 'conv':
      return convSource(spec.kernel, inputShape[2]!, spec.filters);
    case 'dense':
      return denseSource(previous?.spec.kind === 'flatten' ? previous.inputShape : [1, 1, inputShape[0]!], spec.units);
    case 'flatten':
    case 'relu':
      return undefined;
  }
}

function convSource(kernel: number, channels: number, filters: number): Uint32Array {
  const source = new Uint32Array(kernel * kernel * channels * filters);
  let next = 0;
  for (let row = 0; row < kernel; row++)
    for (let column = 0; column < kernel; column++)
      for (let channel = 0; channel < channels; channel++)
        for (let filter = 0; filter < filters; filter++)
          source[next++] = ((filter * channels + channel) * kernel + row) * kernel + column;
  return source;
}

function denseSource(image: readonly number[], units: number): Uint32Array {
  const [height, width, channels] = image.length === 3 ? (image as [number, number, number]) : [1, 1, image[0]!];
  const inputs = height * width * channels;
  const source = new Uint32Array(inputs * units);
  let next = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++)
        for (let unit = 0; unit < units; unit++)
          source[next++] = unit * inputs + (channel * height + row) * width + column;
  return source;
}
