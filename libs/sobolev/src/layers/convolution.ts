import * as tf from '@tensorflow/tfjs-core';
import { fitEdges } from './edges.ts';
import { blockFilter, depthToSpace } from './space-to-depth.ts';

/**
 * Convolution without padding and its two adjoints, from operations that every engine has in a fast form.
 * Shapes: x [B, H, W, C], filter [k, k, C, F], stride s, y [B, ⌊(H−k)/s⌋+1, ⌊(W−k)/s⌋+1, F].
 */
export function convolve(x: tf.Tensor4D, filter: tf.Tensor4D, stride: number): tf.Tensor4D {
  return tf.conv2d(x, filter, stride, 'valid');
}

/** The convolution plus a bias [F], in one operation where the engine has it. */
export function convolveBiased(
  x: tf.Tensor4D,
  { filter, bias, stride }: { filter: tf.Tensor4D; bias: tf.Tensor1D; stride: number },
): tf.Tensor4D {
  if (!tf.getKernel('BiasAdd', tf.getBackend()))
    return tf.fused.conv2d({ x, filter, bias, strides: stride, pad: 'valid' });
  return tf.tidy(() => tf.engine().runKernel<tf.Tensor4D>('BiasAdd', { x: convolve(x, filter, stride), bias }));
}

/**
 * The filter of the adjoint: cut into the s×s blocks in which the stride is 1 (zeros fill the last ones), turned by 180°,
 * channels swapped. [T, T, F, s·s·C] with T = ⌈k/s⌉.
 */
export function transposedFilter(filter: tf.Tensor4D, stride: number): tf.Tensor4D {
  return tf.transpose(tf.reverse(blockedFilter(filter, stride), [0, 1]), [0, 1, 3, 2]);
}

/** A filter [k, k, C, F] for an image in blocks of s×s pixels: [T, T, s·s·C, F]. */
export function blockedFilter(filter: tf.Tensor4D, stride: number): tf.Tensor4D {
  const kernel = filter.shape[0];
  const margin = Math.ceil(kernel / stride) * stride - kernel;
  return blockFilter(fitEdges(filter, { top: 0, left: 0, bottom: margin, right: margin }, { axis: 0 }), stride);
}

/**
 * Adjoint in x: a plain convolution of stride 1 of the padded y, which gives the image in blocks. On CPUs several times
 * faster than the engines' own input gradient of a strided convolution.
 * @param transposed as `transposedFilter` gives it
 * @param size [H, W] of x
 */
export function convolveTransposed(
  y: tf.Tensor4D,
  transposed: tf.Tensor4D,
  { stride, size: [height, width] }: { stride: number; size: readonly [number, number] },
): tf.Tensor4D {
  const margin = transposed.shape[0] - 1;
  const blocks = tf.conv2d(y, transposed, 1, [
    [0, 0],
    [margin, margin],
    [margin, margin],
    [0, 0],
  ]);
  const image = depthToSpace(blocks, stride);
  return fitEdges(image, { top: 0, left: 0, bottom: height - image.shape[1], right: width - image.shape[2] });
}

/** Adjoint in the filter: Σ over batch and positions of x's patch times y, [k, k, C, F]. */
export function filterGradient(x: tf.Tensor4D, y: tf.Tensor4D, window: Window): tf.Tensor4D {
  if (tf.getKernel('Conv2DBackpropFilter', tf.getBackend())) return nativeFilterGradient(x, y, window);
  const margin = window.same ? (window.kernel - 1) / 2 : 0;
  return batchAsChannels(fitEdges(x, { top: margin, left: margin, bottom: margin, right: margin }), y, window);
}

interface Window {
  kernel: number;
  stride: number;
  /** Whether x stands for itself with the zeros around it that give y its size (stride 1, odd kernel). */
  same?: boolean;
}

function nativeFilterGradient(x: tf.Tensor4D, y: tf.Tensor4D, { kernel, stride, same }: Window): tf.Tensor4D {
  const filterShape = [kernel, kernel, x.shape[3], y.shape[3]];
  const pad = same ? 'same' : 'valid';
  const attributes = { strides: stride, pad, dataFormat: 'NHWC', dimRoundingMode: undefined, filterShape };
  return tf
    .engine()
    .runKernel<tf.Tensor4D>(tf.Conv2DBackpropFilter, { x, dy: y }, attributes as unknown as tf.NamedAttrMap);
}

/**
 * Where an engine lacks the kernel (wasm): the batch takes the channels' place, y that of a filter whose taps lie a stride
 * apart, and one convolution gives the gradient.
 */
function batchAsChannels(x: tf.Tensor4D, y: tf.Tensor4D, { kernel, stride }: Window): tf.Tensor4D {
  const images = tf.transpose(x, [3, 1, 2, 0]);
  const filters = tf.transpose(y, [1, 2, 0, 3]);
  const gradient = tf.conv2d(images, filters, 1, 'valid', 'NHWC', stride);
  const [channels, , , count] = gradient.shape;
  // Rows and columns of x that no window reaches give taps beyond the kernel.
  return tf.transpose(tf.slice(gradient, [0, 0, 0, 0], [channels, kernel, kernel, count]), [1, 2, 0, 3]);
}
