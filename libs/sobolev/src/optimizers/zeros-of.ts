import { type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { type Weights } from '../network.ts';

/** Zeros in the weights' shapes. */
export function zerosOf(weights: Weights): Tensor[] {
  return weights.map((weight) => zerosLike(weight));
}
