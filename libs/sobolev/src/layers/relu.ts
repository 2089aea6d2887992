import * as tf from '@tensorflow/tfjs-core';
import { type Layer } from './layer.ts';

/** y = max(x, 0). J is a mask: its own derivative in x is zero almost everywhere, so the twin sends nothing back to x. */
export function relu({ name, inputShape }: { name: string; inputShape: readonly number[] }): Layer {
  return {
    name,
    outputShape: inputShape,
    parameters: [],
    forward: (_weights, x) => {
      const y = tf.relu(x);
      const masked = maskBy(y);
      return { y, bare: true, tangent: masked, cotangent: masked, gradient: () => [], twinGradient: () => [] };
    },
  };
}

/**
 * Lets through what stands where y > 0. Where the engine has an operation for that, else by a product with sign(y): not with
 * step(x), which TensorFlow's engine puts together from four operations, and not by `where`, on wasm twenty times slower.
 */
function maskBy(y: tf.Tensor): (t: tf.Tensor) => tf.Tensor {
  if (tf.getKernel('ReluGrad', tf.getBackend())) return (dy) => tf.engine().runKernel('ReluGrad', { dy, y });
  const mask = tf.sign(y);
  return (t) => tf.mul(t, mask);
}
