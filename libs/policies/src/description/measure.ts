import { ArchitectureError } from './architecture-error.ts';
import { type ActivationSpec, type LayerSpec } from './layer-spec.ts';
import { paddingOf } from './padding.ts';

interface Measure {
  outputShape: number[];
  parameters: number;
  flops: number;
}

type Image = [height: number, width: number, channels: number];
/** Every layer that has no layers within it. */
type PlainSpec = Exclude<LayerSpec, { kind: 'residual' }>;

const product = (shape: readonly number[]) => shape.reduce((total, size) => total * size, 1);

/**
 * Shape, parameters and FLOPs of a layer at its place. FLOPs are the sums and products of convolutions, dense layers, average
 * pools and layer norms; biases, activations and comparisons do not count.
 * @throws ArchitectureError when the layer cannot stand there
 */
export function measure(spec: PlainSpec, shape: number[], index: number): Measure {
  switch (spec.kind) {
    case 'conv': {
      const image = requireImage(shape, index, 'conv');
      const padding = paddingOf(spec, index);
      const out = slide(image, { field: 'kernel', size: spec.kernel, stride: spec.stride, padding }, index);
      const weights = spec.kernel ** 2 * image[2] * spec.filters;
      return {
        outputShape: [...out, spec.filters],
        parameters: weights + spec.filters,
        flops: 2 * weights * product(out),
      };
    }
    case 'dense': {
      if (shape.length !== 1)
        throw new ArchitectureError(index, 'kind', 'a dense layer needs a flatten layer before it');
      const weights = shape[0]! * spec.units;
      return { outputShape: [spec.units], parameters: weights + spec.units, flops: 2 * weights };
    }
    case 'flatten':
      return { outputShape: [product(shape)], parameters: 0, flops: 0 };
    case 'max-pool':
    case 'average-pool': {
      const image = requireImage(shape, index, spec.kind);
      if (spec.padding > spec.size / 2)
        throw new ArchitectureError(index, 'padding', 'padding may be at most half the size of a pool');
      const outputShape = [...slide(image, { ...spec, field: 'size' }, index), image[2]];
      const sums = spec.kind === 'average-pool' ? spec.size ** 2 : 0;
      return { outputShape, parameters: 0, flops: sums * product(outputShape) };
    }
    case 'layer-norm':
      // An element enters the mean (1) and the variance (3), is scaled (1), and meets weight and bias (2).
      return { outputShape: shape, parameters: 2 * product(shape), flops: 7 * product(shape) };
    default:
      return keepShape(spec, shape);
  }
}

function keepShape(_activation: ActivationSpec, shape: number[]): Measure {
  return { outputShape: shape, parameters: 0, flops: 0 };
}

interface Window {
  /** What the window's size is called in the spec. */
  field: 'kernel' | 'size';
  size: number;
  stride: number;
  padding: number;
}

/** [height, width] of what a window gives that slides over an image. */
function slide([height, width]: Image, { field, size, stride, padding }: Window, index: number): [number, number] {
  const fit = (length: number) => Math.floor((length + 2 * padding - size) / stride) + 1;
  const out: [number, number] = [fit(height), fit(width)];
  if (Math.min(...out) >= 1) return out;
  const what = field === 'kernel' ? 'kernel' : 'pool';
  throw new ArchitectureError(index, field, `a ${size}×${size} ${what} does not fit in ${height}×${width}`);
}

function requireImage(shape: number[], index: number, kind: string): Image {
  if (shape.length !== 3) throw new ArchitectureError(index, 'kind', `a ${kind} layer cannot come after flatten`);
  return shape as Image;
}
