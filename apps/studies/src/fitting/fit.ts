import {
  type Batch,
  initializeWeights,
  initialState,
  type Network,
  type ReadoutName,
  type Schedule,
  stateTensors,
  trainStep,
  type ValueLoss,
  type Weighting,
  type Weights,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';

export interface Fit {
  network: Network;
  value: ValueLoss;
  /** Without it there is no derivative term. */
  derivative?: { of: ReadoutName; weighting: Weighting };
  learningRate: number;
  schedule: Schedule['kind'];
  steps: number;
  /** Of the weights. */
  seed: number;
}

/**
 * Trains a network by Adam.
 * @param batchAt the batch of a step, counted from 1; disposed here
 * @param after is told after each step, and waited for
 * @returns the weights, which the caller disposes
 */
export async function fit(
  { network, value, derivative, learningRate, schedule, steps, seed }: Fit,
  batchAt: (step: number) => Batch,
  after: (step: number, weights: Weights) => void = () => undefined,
): Promise<Weights> {
  const options = {
    network,
    value,
    derivative: { of: derivative?.of ?? 'logits' },
    weighting: derivative?.weighting ?? { kind: 'fixed', alpha: 0 },
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    schedule: { kind: schedule, learningRate, warmupSteps: 0, finalFraction: 0, totalSteps: steps },
  } as const;
  let state = initialState(options, initializeWeights(network, seed));
  for (let step = 1; step <= steps; step++) {
    const batch = batchAt(step);
    ({ state } = await trainStep(options, state, batch));
    tf.dispose([batch.x, batch.logProbs, ...batch.derivatives.flatMap((each) => Object.values(each) as tf.Tensor[])]);
    after(step, state.weights);
  }
  const weights = state.weights.map((weight) => tf.clone(weight));
  tf.dispose(stateTensors(state));
  return weights;
}
