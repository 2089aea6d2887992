import * as tf from '@tensorflow/tfjs-core';
import { convolve, convolveTransposed, filterGradient } from './convolution.ts';
import { fitEdges, opposite } from './edges.ts';
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
  /** Zeros added on every side, as in PyTorch; none when left out. */
  padding?: number;
  /** Whether x already comes in space-to-depth layout with the stride as block, as batches do for the first layer. */
  blockedInput: boolean;
}

/** 2-D convolution plus bias. Weight [kernel, kernel, channels, filters], bias [filters]. */
export function conv(options: ConvOptions): Layer {
  const { name, inputShape, filters, kernel, blockedInput, padding = 0 } = options;
  if (blockedInput && padding > 0) throw new Error(`${name}: padding cannot be added to an image in blocks`);
  const layout = blockedLayout(options);
  const outputShape = [...outputSize(options), filters];
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

function blockedLayout(options: ConvOptions): BlockedLayout {
  const { inputShape, kernel, stride, blockedInput, padding = 0 } = options;
  const margin = Math.ceil(kernel / stride) * stride - kernel;
  const [rows, columns] = outputSize(options);
  const end = (count: number, size: number) => (count - 1) * stride + kernel + margin - size - padding;
  const image = { top: padding, left: padding, bottom: end(rows, inputShape[0]), right: end(columns, inputShape[1]) };
  const filter = { top: 0, left: 0, bottom: margin, right: margin };
  return {
    block: (x) => (blockedInput ? x : spaceToDepth(fitEdges(x, image), stride)),
    unblock: (x) => (blockedInput ? x : fitEdges(depthToSpace(x, stride), opposite(image))),
    filter: (weight) => blockFilter(fitEdges(weight, filter, { axis: 0 }), stride),
    unfilter: (gradient) => fitEdges(unblockFilter(gradient, stride), opposite(filter), { axis: 0 }),
  };
}

function outputSize({ inputShape, kernel, stride, padding = 0 }: ConvOptions): [number, number] {
  const fit = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  return [fit(inputShape[0]), fit(inputShape[1])];
}
