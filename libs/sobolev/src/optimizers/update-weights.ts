import { type Scalar } from '@tensorflow/tfjs-core';
import { type Gradients } from '../layers/layer.ts';
import { type Weights } from '../network.ts';
import { pack, shapesOf, unpack } from '../parameters.ts';
import { clipByGlobalNorm } from './clip.ts';
import { type Optimizer, optimizerUpdate } from './optimizer.ts';
import { type OptimizerState } from './update.ts';

export interface WeightsUpdate {
  weights: Weights;
  /** One a weight; null where the loss does not depend on it. */
  gradients: Gradients;
  /** Of `optimizerInit`, then of the update before. */
  state: OptimizerState;
  /** Those of `optimizerNumbers` for this step. */
  numbers: readonly Scalar[];
  maxGradientNorm?: number | undefined;
}

/** One update of all weights by their gradients: a function of tensors alone. `norm` is the gradient's before clipping. */
export function updateWeights(
  optimizer: Optimizer,
  { weights, gradients, state, numbers, maxGradientNorm }: WeightsUpdate,
): { weights: Weights; state: OptimizerState; norm: Scalar } {
  const shapes = shapesOf(weights);
  const { gradient, norm } = clipByGlobalNorm(pack(gradients, shapes), maxGradientNorm);
  const updated = optimizerUpdate(optimizer, { weights: pack(weights, shapes), gradient, state, numbers });
  return { weights: unpack(updated.weights, shapes), state: updated.state, norm };
}
