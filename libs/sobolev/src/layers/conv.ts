import * as tf from '@tensorflow/tfjs-core';
import { asNeeded } from './as-needed.ts';
import { convolutionGram, foldingPays } from './convolution-gram.ts';
import { convolve, convolveBiased, convolveTransposed, filterGradient, transposedFilter } from './convolution.ts';
import { fitEdges, opposite } from './edges.ts';
import { type Layer, type Linearization } from './layer.ts';
import { remember } from './remember.ts';

export interface ConvOptions {
  name: string;
  /** [height, width, channels]. */
  inputShape: readonly [number, number, number];
  filters: number;
  kernel: number;
  stride: number;
  /** Zeros added on every side, as in PyTorch; none when left out. */
  padding?: number;
}

/** 2-D convolution plus bias. Weight [kernel, kernel, channels, filters], bias [filters]. */
export function conv(options: ConvOptions): Layer {
  const { name, inputShape, filters, kernel, stride, padding = 0 } = options;
  const fit = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const fanIn = kernel * kernel * inputShape[2];
  return {
    name,
    outputShape: [fit(inputShape[0]), fit(inputShape[1]), filters],
    parameters: [
      { name: 'weight', shape: [kernel, kernel, inputShape[2], filters], fanIn },
      { name: 'bias', shape: [filters], fanIn },
    ],
    forward: ([weight, bias], x) => linearize(options, weight as tf.Tensor4D, bias as tf.Tensor1D, x as tf.Tensor4D),
  };
}

function linearize(options: ConvOptions, weight: tf.Tensor4D, bias: tf.Tensor1D, x: tf.Tensor4D): Linearization {
  const { inputShape, kernel, stride, padding = 0 } = options;
  const margins = { top: padding, left: padding, bottom: padding, right: padding };
  const pad = (image: tf.Tensor) => fitEdges(image as tf.Tensor4D, margins);
  const input = pad(x);
  // The twin asks for the same tangent twice: once to push it on, once for the gradient.
  const padTangent = remember(pad);
  // The filter of the adjoint serves every pass back.
  const adjoint = asNeeded(() => transposedFilter(weight, stride));
  const size = [inputShape[0] + 2 * padding, inputShape[1] + 2 * padding] as const;
  const gradient = (image: tf.Tensor4D, c: tf.Tensor) => filterGradient(image, c as tf.Tensor4D, { kernel, stride });
  return {
    y: convolveBiased(input, { filter: weight, bias, stride }),
    tangent: (t) => convolve(padTangent(t), weight, stride),
    cotangent: (c) => fitEdges(convolveTransposed(c as tf.Tensor4D, adjoint(), { stride, size }), opposite(margins)),
    gradient: (c) => [gradient(input, c), tf.sum(c, [0, 1, 2])],
    twinGradient: (t, c) => [gradient(padTangent(t), c), null],
    ...(padding === 0 && foldingPays(weight, stride) && { gram: convolutionGram(weight, stride) }),
  };
}
