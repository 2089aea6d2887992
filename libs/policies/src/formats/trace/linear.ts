import { FormatError } from '../imported.ts';
import { type Flattened, placesInTorch } from './axes.ts';
import {
  commutes,
  type Gain,
  isNoGain,
  type Link,
  type LinearStep,
  NO_GAIN,
  type Numbers,
  push,
  type Signal,
} from './signal.ts';
import { fitWindow, type WindowOptions } from './window.ts';

export interface ConvOptions extends WindowOptions {
  where: string;
  filters: number;
  channels: number;
  /** [filters, channels, kernel height, kernel width]. */
  weight: Numbers;
  /** [filters]; zeros where left out. */
  bias?: ArrayLike<number> | undefined;
}

/** A convolution of an image in any order of axes. @throws FormatError where ours cannot say it */
export function convolve(signal: Signal, options: ConvOptions): Signal {
  const { where, filters, channels, weight, bias } = options;
  const image = requireImage(signal, where);
  if (image[2] !== channels)
    throw new FormatError(where, `its kernel takes ${channels} channels and the image has ${image[2]}`);
  const { kernel, padding, stride, output, offset, grown } = fitWindow([image[0], image[1]], options, where);
  const shape = [filters, channels, ...options.size];
  const step: LinearStep = {
    kind: 'linear',
    spec: { kind: 'conv', filters, kernel, stride, padding: padding === 0 ? 'valid' : padding },
    weight: grown ? () => embed(weight(), shape, { kernel, offset }) : weight,
    ...startOf(filters, bias, where),
    ...(grown && {
      remark: `${where}: padding and shape of the kernel are told by zeros in a ${kernel}×${kernel} one`,
    }),
  };
  return { link: push(signal.link, { ...step, where }, [...output, filters]), axes: signal.axes };
}

export interface DenseOptions {
  where: string;
  units: number;
  inputs: number;
  /** [units, inputs], the inputs in the file's order. */
  weight: Numbers;
  /** [units]; zeros where left out. */
  bias?: ArrayLike<number> | undefined;
}

/** A dense layer of a vector. @throws FormatError where the signal is an image or of another length */
export function dense(signal: Signal, { where, units, inputs, weight, bias }: DenseOptions): Signal {
  const { link, axes, flattened } = signal;
  if (axes !== undefined) throw new FormatError(where, 'a dense layer is applied to an image that was not flattened');
  if (link.shape[0] !== inputs)
    throw new FormatError(where, `its weights take ${inputs} inputs and there are ${link.shape[0]}`);
  const step: LinearStep = {
    kind: 'linear',
    spec: { kind: 'dense', units },
    weight: flattened ? () => reorderColumns(weight(), flattened) : weight,
    ...startOf(units, bias, where),
  };
  return { link: push(link, { ...step, where }, [units]), axes: undefined };
}

/** scale x + shift, taken into the layer before where it can be, else left to the layer behind. */
export function scaled(signal: Signal, gain: Gain): Signal {
  return { ...signal, link: withGain(signal.link, gain) };
}

function withGain(link: Link, gain: Gain): Link {
  const { step, previous } = link;
  if (!step) return observationGain(link, gain);
  // Behind the flattening, x / 255 is still one of the observation.
  if (previous && isStillObservation(link, gain)) {
    const { gain: total, inputScale, ...before } = withGain(previous, gain);
    return { ...link, previous: { ...before, gain: total, inputScale }, gain: total, inputScale };
  }
  if (isNoGain(link.gain) && step.kind === 'norm')
    return { ...link, step: { ...step, after: compose(step.after, gain) } };
  if (step.kind !== 'linear' || !isNoGain(link.gain)) return { ...link, gain: compose(link.gain, gain) };
  const { scale, bias } = step;
  const after = { scale: scale.map((s) => s * gain.scale), bias: bias.map((b) => b * gain.scale + gain.shift) };
  return { ...link, step: { ...step, ...after } };
}

/** Whether nothing has happened to the observation that a gain does not pass through. */
function isStillObservation({ step, previous }: Link, gain: Gain): boolean {
  return !step || !previous || (commutes(step, gain) && isStillObservation(previous, gain));
}

/** Beyond this a factor is one of bytes: 1/255, 1/256, 1/127.5. */
const BYTE_FACTOR = 1 / 32;

/** Factors near 1/255 turn bytes into numbers up to 1, as our policies take them: only what is left of them is a gain. */
function observationGain(link: Link, gain: Gain): Link {
  const before = link.inputScale ? { ...link.gain, scale: link.gain.scale / 255 } : link.gain;
  const total = compose(before, gain);
  const inputScale = Math.abs(total.scale) < BYTE_FACTOR ? '1/255' : null;
  const scale = inputScale ? total.scale * 255 : total.scale;
  // 1/255 in single precision is not quite 1/255.
  return { ...link, inputScale, gain: { shift: total.shift, scale: Math.abs(scale - 1) < 1e-6 ? 1 : scale } };
}

function compose(first: Gain, then: Gain): Gain {
  return { scale: first.scale * then.scale, shift: first.shift * then.scale + then.shift };
}

/** Factors and summands one for each output of the convolution or dense layer before: a bias, a batch norm. */
export function scaledEach(
  signal: Signal,
  { where, scale, shift }: { where: string; scale?: ArrayLike<number>; shift?: ArrayLike<number> },
): Signal {
  const { step, gain } = signal.link;
  if (step?.kind !== 'linear' || !isNoGain(gain))
    throw new FormatError(where, 'constants one a channel can only follow a convolution or a dense layer');
  const outputs = step.scale.length;
  for (const constants of [scale, shift])
    if (constants && constants.length !== outputs)
      throw new FormatError(where, `${constants.length} constants for ${outputs} channels`);
  const after = {
    scale: step.scale.map((s, i) => s * (scale?.[i] ?? 1)),
    bias: step.bias.map((b, i) => b * (scale?.[i] ?? 1) + (shift?.[i] ?? 0)),
  };
  return { ...signal, link: { ...signal.link, step: { ...step, ...after } } };
}

export function requireImage({ link, axes }: Signal, where: string): [number, number, number] {
  if (axes === undefined) throw new FormatError(where, 'is applied to a flattened image');
  return link.shape as [number, number, number];
}

function startOf(outputs: number, bias: ArrayLike<number> | undefined, where: string) {
  if (bias && bias.length !== outputs) throw new FormatError(where, `${bias.length} biases for ${outputs} outputs`);
  const start = bias ? Float64Array.from(bias) : new Float64Array(outputs);
  return { before: NO_GAIN, scale: new Float64Array(outputs).fill(1), bias: start };
}

function embed(
  weight: Float32Array,
  shape: readonly number[],
  { kernel, offset: [top, left] }: { kernel: number; offset: readonly [number, number] },
): Float32Array {
  const [filters, channels, height, width] = shape as [number, number, number, number];
  const wide = new Float32Array(filters * channels * kernel * kernel);
  for (let plane = 0; plane < filters * channels; plane++)
    for (let row = 0; row < height; row++) {
      const from = (plane * height + row) * width;
      wide.set(weight.subarray(from, from + width), (plane * kernel + row + top) * kernel + left);
    }
  return wide;
}

function reorderColumns(weight: Float32Array, flattened: Flattened): Float32Array {
  const places = placesInTorch(flattened);
  const reordered = new Float32Array(weight.length);
  for (let row = 0; row < weight.length; row += places.length)
    for (let column = 0; column < places.length; column++) reordered[row + places[column]!] = weight[row + column]!;
  return reordered;
}
