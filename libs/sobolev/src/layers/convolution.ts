import * as tf from '@tensorflow/tfjs-core';

/**
 * Convolution of stride 1 and its two adjoints, from operations that every engine has in a fast form.
 * Shapes: x [B, H, W, C], filter [k, k, C, F], y [B, H−k+1, W−k+1, F].
 */
export function convolve(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  return tf.conv2d(x, filter, 1, 'valid');
}

/** Adjoint in x: a plain convolution of the padded y with the filter turned by 180° and its channels swapped. */
export function convolveTransposed(y: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const margin = filter.shape[0] - 1;
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(y, turned, 1, [
    [0, 0],
    [margin, margin],
    [margin, margin],
    [0, 0],
  ]);
}

/** Adjoint in the filter: Σ over batch and positions of x's patch times y. */
export function filterGradient(x: tf.Tensor4D, y: tf.Tensor4D): tf.Tensor4D {
  return tf.getKernel('Conv2DBackpropFilter', tf.getBackend()) ? nativeFilterGradient(x, y) : batchAsChannels(x, y);
}

function nativeFilterGradient(x: tf.Tensor4D, y: tf.Tensor4D): tf.Tensor4D {
  const kernel = x.shape[1] - y.shape[1] + 1;
  const filterShape = [kernel, kernel, x.shape[3], y.shape[3]];
  const attributes = { strides: 1, pad: 'valid', dataFormat: 'NHWC', dimRoundingMode: undefined, filterShape };
  return tf
    .engine()
    .runKernel<tf.Tensor4D>(tf.Conv2DBackpropFilter, { x, dy: y }, attributes as unknown as tf.NamedAttrMap);
}

/** Where an engine lacks the kernel (wasm): the batch takes the channels' place, and one convolution gives the gradient. */
function batchAsChannels(x: tf.Tensor4D, y: tf.Tensor4D): tf.Tensor4D {
  const images = tf.transpose(x, [3, 1, 2, 0]);
  const filters = tf.transpose(y, [1, 2, 0, 3]);
  return tf.transpose(tf.conv2d(images, filters, 1, 'valid'), [1, 2, 0, 3]);
}
