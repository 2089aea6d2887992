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
 * | layer norm of images | [channels, height, width] | [height, width, channels] |
 *
 * A flattened image is in (channel, row, column) order in PyTorch and in (row, column, channel) order in the engine. So are
 * the weights of every layer that meets its elements, until a dense layer mixes them: that dense layer's inputs, and a layer
 * norm's weights. A dense layer at the end of a residual block gives its units in the order of the elements that they are
 * added to.
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

/** [height, width, channels] of the image whose flattening a vector is; [1, 1, units] where it is none. */
type Image = readonly [number, number, number];

function permutations(rows: readonly LayerRow[]): Permutation[] {
  const shapes = new Map(expectedWeights(rows).map(({ name, shape }) => [name, shape]));
  const [height, width, channels] = rows[0]!.inputShape as [number, number, number];
  return sources(rows, [height, width, channels]).map(({ name, source }) => ({
    name,
    shape: shapes.get(name)!,
    source,
  }));
}

type Source = Omit<Permutation, 'shape'>;

/** @param added the image that a block's output is added to */
function sources(rows: readonly LayerRow[], image: Image, added?: Image): Source[] {
  const lastDense = rows.findLastIndex(({ spec }) => spec.kind === 'dense');
  return rows.flatMap((row, index) => {
    const [before, after] = [image, imageAfter(row, image, index === lastDense ? added : undefined)];
    image = after;
    return layerSources(row, before, after);
  });
}

function imageAfter({ spec, outputShape }: LayerRow, image: Image, added: Image | undefined): Image {
  if (outputShape.length === 3) return outputShape as unknown as Image;
  return spec.kind === 'dense' ? (added ?? [1, 1, spec.units]) : image;
}

function layerSources({ name, spec, inner }: LayerRow, before: Image, after: Image): Source[] {
  const of = (weight: Uint32Array, bias?: Uint32Array): Source[] => [
    { name: `${name}.weight`, source: weight },
    { name: `${name}.bias`, source: bias },
  ];
  switch (spec.kind) {
    case 'conv':
      return of(convSource(spec.kernel, before[2], spec.filters));
    case 'dense':
      return of(denseSource(before, after), imageSource(after));
    case 'layer-norm':
      return of(imageSource(before), imageSource(before));
    case 'residual':
      return sources(inner ?? [], before, before);
    default:
      return [];
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

/** For each element in (row, column, channel) order its place in (channel, row, column) order. */
function imageSource([height, width, channels]: Image): Uint32Array {
  const source = new Uint32Array(height * width * channels);
  let next = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++) source[next++] = (channel * height + row) * width + column;
  return source;
}

function denseSource(before: Image, after: Image): Uint32Array {
  const [inputs, units] = [imageSource(before), imageSource(after)];
  const source = new Uint32Array(inputs.length * units.length);
  let next = 0;
  for (const input of inputs) for (const unit of units) source[next++] = unit * inputs.length + input;
  return source;
}
