import * as tf from '@tensorflow/tfjs-core';
import { convolve, convolveTransposed, filterGradient } from './convolution.ts';
import { type Layer, type Linearization } from './layer.ts';
import { remember } from './remember.ts';
import { blockFilter, depthToSpace, spaceToDepth, unblockFilter } from './space-to-depth.ts';

export interface ConvOptions {
  name: string;
  /** [height, width, channels] of the unblocked input. */
  inputShape: readonly [number, number, number];
  filters: number;
  kernel: number;
  stride: number;
  /** Whether x already comes in space-to-depth layout with the stride as block, as batches do for the first layer. */
  blockedInput: boolean;
}

/** 2-D convolution without padding, plus bias. Weight [kernel, kernel, channels, filters], bias [filters]. */
export function conv(options: ConvOptions): Layer {
  const { name, inputShape, filters, kernel, stride } = options;
  const layout = blockedLayout(options);
  const outputShape = [...outputSize(inputShape, kernel, stride), filters];
  const fanIn = kernel * kernel * inputShape[2];
  return {
    name,
    outputShape,
    parameters: [
      { name: 'weight', shape: [kernel, kernel, inputShape[2], filters], fanIn },
      { name: 'bias', shape: [filters], fanIn },
    ],
    forward: ([weight, bias], x) => linearize(layout, weight as tf.Tensor4D, bias as tf.Tensor1D, x as tf.Tensor4D),
  };
}

function linearize(layout: BlockedLayout, weight: tf.Tensor4D, bias: tf.Tensor1D, x: tf.Tensor4D): Linearization {
  const filter = layout.filter(weight);
  const input = layout.block(x);
  // The twin asks for the same tangent twice: once to push it on, once for the gradient.
  const block = remember(layout.block);
  return {
    y: tf.add(convolve(input, filter), bias),
    tangent: (t) => convolve(block(t as tf.Tensor4D), filter),
    cotangent: (c) => layout.unblock(convolveTransposed(c as tf.Tensor4D, filter)),
    gradient: (c) => [layout.unfilter(filterGradient(input, c as tf.Tensor4D)), tf.sum(c, [0, 1, 2])],
    twinGradient: (t, c) => [layout.unfilter(filterGradient(block(t as tf.Tensor4D), c as tf.Tensor4D)), null],
  };
}

/** How images and filters go into the layout in which the stride is 1, and back. */
interface BlockedLayout {
  block: (x: tf.Tensor4D) => tf.Tensor4D;
  unblock: (x: tf.Tensor4D) => tf.Tensor4D;
  filter: (weight: tf.Tensor4D) => tf.Tensor4D;
  unfilter: (gradient: tf.Tensor4D) => tf.Tensor4D;
}

function blockedLayout({ inputShape, kernel, stride, blockedInput }: ConvOptions): BlockedLayout {
  const padding = Math.ceil(kernel / stride) * stride - kernel;
  const fit = (size: number) => Math.floor((size - kernel) / stride) * stride + kernel + padding - size;
  const [bottom, right] = [fit(inputShape[0]), fit(inputShape[1])];
  return {
    block: (x) => (blockedInput ? x : spaceToDepth(fitEdges(x, bottom, right), stride)),
    unblock: (x) => (blockedInput ? x : fitEdges(depthToSpace(x, stride), -bottom, -right)),
    filter: (weight) => blockFilter(fitEdges(weight, padding, padding, 0), stride),
    unfilter: (gradient) => fitEdges(unblockFilter(gradient, stride), -padding, -padding, 0),
  };
}

/** Adds zeros (or takes away, where negative) at the end of axes `axis` and `axis + 1`. */
function fitEdges(x: tf.Tensor4D, bottom: number, right: number, axis: 0 | 1 = 1): tf.Tensor4D {
  if (bottom === 0 && right === 0) return x;
  const change = [0, 0, 0, 0];
  [change[axis], change[axis + 1]] = [bottom, right];
  const kept = x.shape.map((size, index) => size + Math.min(0, change[index]!)) as [number, number, number, number];
  const cut = tf.slice(x, [0, 0, 0, 0], kept);
  const margins = change.map((size): [number, number] => [0, Math.max(0, size)]);
  return tf.pad(cut, margins);
}

function outputSize([height, width]: readonly [number, number, number], kernel: number, stride: number): number[] {
  return [height, width].map((size) => Math.floor((size - kernel) / stride) + 1);
}
