import * as tf from '@tensorflow/tfjs-core';
import { type Layer, type Linearization } from './layer.ts';
import { timesTransposed, transposedTimes } from './products.ts';

export interface DenseOptions {
  name: string;
  inputs: number;
  units: number;
}

/** y = x W + b. Weight [inputs, units], bias [units]. */
export function dense({ name, inputs, units }: DenseOptions): Layer {
  return {
    name,
    outputShape: [units],
    parameters: [
      { name: 'weight', shape: [inputs, units], fanIn: inputs },
      { name: 'bias', shape: [units], fanIn: inputs },
    ],
    forward: ([weight, bias], x) => linearize(weight as tf.Tensor2D, bias as tf.Tensor1D, x as tf.Tensor2D),
  };
}

function linearize(weight: tf.Tensor2D, bias: tf.Tensor1D, x: tf.Tensor2D): Linearization {
  return {
    y: tf.add(tf.matMul(x, weight), bias),
    tangent: (t) => tf.matMul(t, weight),
    cotangent: (c) => timesTransposed(c as tf.Tensor2D, weight),
    gradient: (c) => [transposedTimes(x, c as tf.Tensor2D), tf.sum(c, 0)],
    twinGradient: (t, c) => [transposedTimes(t as tf.Tensor2D, c as tf.Tensor2D), null],
  };
}
