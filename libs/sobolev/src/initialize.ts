import * as tf from '@tensorflow/tfjs-core';
import { type Network, parameterShapes } from './network.ts';
import { randomStream } from './random.ts';

/**
 * He-uniform weights, U(±√(6 / fan-in)) (He et al. 2015), zero biases, and what layers state as `initial`: the same numbers
 * for the same seed on every engine.
 */
export function initializeWeights(network: Network, seed: number): tf.Tensor[] {
  return parameterShapes(network).map(({ name, shape, fanIn, initial }, index) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const values = new Float32Array(size);
    const random = randomStream(seed, 'initialization', index);
    const bound = Math.sqrt(6 / fanIn);
    if (initial !== undefined) values.fill(initial);
    else if (name === 'weight') for (let i = 0; i < size; i++) values[i] = (2 * random.uniform() - 1) * bound;
    return tf.tensor(values, [...shape]);
  });
}
