import { type ActivationSpec } from '../../description/layer-spec.ts';
import { FormatError } from '../imported.ts';
import { type Axes, permuted, placesInTorch, TORCH_AXES } from './axes.ts';
import { requireImage, scaled } from './linear.ts';
import { commutes, isNoGain, type Link, NO_GAIN, type Numbers, push, type Signal } from './signal.ts';
import { fitPool, type WindowOptions } from './window.ts';

/** An activation. */
export function activate(
  signal: Signal,
  spec: ActivationSpec,
  { where, remark }: { where: string; remark?: string },
): Signal {
  const step = { kind: 'simple', spec, where, ...(remark !== undefined && { remark }) } as const;
  return { ...signal, link: push(signal.link, step, signal.link.shape) };
}

export interface PoolOptions extends WindowOptions {
  where: string;
  kind: 'max-pool' | 'average-pool';
  /** Whether padding counts as zeros in a mean. */
  countsPadding: boolean;
  ceil: boolean;
}

/** A pool. @throws FormatError where ours cannot say it */
export function pool(signal: Signal, options: PoolOptions): Signal {
  const { where, kind } = options;
  const [height, width, channels] = requireImage(signal, where);
  const { kernel: size, stride, padding, output } = fitPool([height, width], options, where);
  if (kind === 'average-pool' && padding > 0 && !options.countsPadding)
    throw new FormatError(where, 'means over what of a window lies within the image are not read; padding must count');
  const step = { kind: 'simple', spec: { kind, size, stride, padding }, where } as const;
  return { ...signal, link: push(signal.link, step, [...output, channels]) };
}

/** The mean of each channel, as an image of one pixel. */
export function globalAverage(signal: Signal, where: string): Signal {
  const [height, width] = requireImage(signal, where);
  if (height !== width) throw new FormatError(where, `a mean over ${height}×${width} pixels: only squares are read`);
  const pads = { top: 0, left: 0, bottom: 0, right: 0 };
  return pool(signal, {
    where,
    kind: 'average-pool',
    size: [height, width],
    strides: [height, height],
    pads,
    countsPadding: true,
    ceil: false,
  });
}

/** The image as a vector, in the order of its axes in the file. A vector stays as it is. */
export function flatten(signal: Signal, where: string): Signal {
  const { link, axes } = signal;
  if (axes === undefined) return signal;
  const size = link.shape.reduce((product, length) => product * length, 1);
  const flat = push(link, { kind: 'simple', spec: { kind: 'flatten' }, where }, [size]);
  return { link: flat, axes: undefined, flattened: axes === TORCH_AXES ? undefined : { axes, shape: link.shape } };
}

/** The image with its axes in another order, the batch not counted. */
export function permuteAxes(signal: Signal, order: readonly number[], where: string): Signal {
  const axes: Axes | undefined = signal.axes && permuted(signal.axes, order);
  if (!axes)
    throw new FormatError(where, `axes in the order ${order.join(', ')}: images are turned, not flattened ones`);
  return { ...signal, axes };
}

/** PyTorch's default, and what our layer norm adds to the variance. */
const EPSILON = 1e-5;

export interface NormOptions {
  where: string;
  epsilon: number;
  /** In the file's order; ones and zeros where left out. */
  weight?: Numbers;
  bias?: Numbers;
}

/**
 * Each example normalised by all its elements. Another ε than ours is ours of an input that is √(1e-5 / ε) times as large,
 * which the linear layer before gives. @throws FormatError where there is none
 */
export function layerNorm(signal: Signal, { where, epsilon, weight, bias }: NormOptions): Signal {
  if (!(epsilon > 0)) throw new FormatError(where, `a layer norm with ε = ${epsilon}`);
  const input =
    Math.abs(epsilon / EPSILON - 1) < 1e-3 ? signal.link : enlarged(signal.link, Math.sqrt(EPSILON / epsilon), where);
  const spec = { kind: 'layer-norm' } as const;
  const step = { kind: 'norm', spec, after: NO_GAIN, where, ...inTorchOrder(signal, { weight, bias }) } as const;
  return { ...signal, link: push(input, step, signal.link.shape) };
}

/** Weight and bias that the file applies after a layer norm, in operators of their own. */
export function normAffine(
  signal: Signal,
  where: string,
  numbers: { weight?: Numbers; bias?: Numbers },
): Signal | undefined {
  const { step, gain } = signal.link;
  const free =
    step?.kind === 'norm' && isNoGain(step.after) && isNoGain(gain) && !step.bias && !(numbers.weight && step.weight);
  if (!free) return undefined;
  return { ...signal, link: { ...signal.link, step: { ...step, where, ...inTorchOrder(signal, numbers) } } };
}

function inTorchOrder(
  { link, axes, flattened }: Signal,
  { weight, bias }: { weight?: Numbers | undefined; bias?: Numbers | undefined },
) {
  const image = axes && axes !== TORCH_AXES ? { axes, shape: link.shape } : flattened;
  const turned = (numbers: Numbers): Numbers => (image ? () => scatter(numbers(), placesInTorch(image)) : numbers);
  return { ...(weight && { weight: turned(weight) }), ...(bias && { bias: turned(bias) }) };
}

function scatter(values: Float32Array, places: Uint32Array): Float32Array {
  const turned = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) turned[places[index]!] = values[index]!;
  return turned;
}

function enlarged(link: Link, factor: number, where: string): Link {
  const gain = { scale: factor, shift: 0 };
  if (isNoGain(link.gain)) {
    if (link.step?.kind === 'linear') return scaled({ link, axes: undefined }, gain).link;
    if (link.step && link.previous && commutes(link.step, gain))
      return { ...link, previous: enlarged(link.previous, factor, where) };
  }
  throw new FormatError(where, `a layer norm with ε ≠ ${EPSILON} that no convolution or dense layer stands before`);
}
