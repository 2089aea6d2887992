import {
  compiled,
  initializeWeights,
  type Network,
  optimizerInit,
  optimizerNumbers,
  type OptimizerState,
  shapesOf,
  tidy,
  updateWeights,
  type Weights,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type ImageBatch, type ImageSet } from '../images/image-set.ts';
import { type Method } from './methods.ts';
import { oneHot } from './one-hot.ts';
import { type Labelled, scores, splitGradients } from './split-gradients.ts';
import { type SplitNetwork, splitNetwork } from './split-network.ts';

export interface Training {
  method: Method;
  splits: number;
  learningRate: number;
  steps: number;
  batch: number;
  /** Of the weights and the batches. */
  seed: number;
}

const OPTIMIZER = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const MOST_AT_ONCE = 500;

interface State {
  weights: Weights;
  optimizer: OptimizerState;
}

/** Trains, and tells the share of held-out images that are put into their class. */
export async function train(training: Training, images: ImageSet, part: 'validation' | 'test'): Promise<number> {
  const { method, splits, learningRate, steps, batch: size, seed } = training;
  const network = splitNetwork(images.shape, { classes: images.classes, splits, method });
  const step = compiled(({ state, batch, numbers }: { state: State; batch: Labelled; numbers: tf.Scalar[] }): State => {
    const gradients = splitGradients(network, method, state.weights, batch);
    const { weights, optimizer } = state;
    const updated = updateWeights(OPTIMIZER, { weights, gradients, state: optimizer, numbers });
    return { weights: updated.weights, optimizer: updated.state };
  });
  let state = initialState(network, training);
  let next = images.trainingBatch(size, { seed, step: 1 });
  for (let number = 1; number <= steps; number++) {
    const batch = await next;
    // The next one is read while this one is trained on.
    next = images.trainingBatch(size, { seed, step: number + 1 });
    const after = tidy(() => {
      const numbers = optimizerNumbers(OPTIMIZER, { step: number, learningRate }).map((value) => tf.scalar(value));
      return step({ state, batch: toTensors(batch, images), numbers });
    });
    tf.dispose([...state.weights, ...state.optimizer.flat()]);
    state = after;
    // Lets others of this process have a turn: on the CPU nothing of a step is asynchronous.
    await new Promise(setImmediate);
  }
  await next;
  const accuracy = await share(network, state.weights, { images, part });
  tf.dispose([...state.weights, ...state.optimizer.flat()]);
  return accuracy;
}

function initialState({ segments, modules }: SplitNetwork, { method, seed }: Training): State {
  // Networks of different seeds: one seed would give layers of the same shape the same weights.
  const weightsOf = (networks: readonly Network[], first: number) =>
    networks.map((each, index) => initializeWeights(each, seed * 100 + first + index));
  const ofModules = weightsOf(modules, segments.length);
  const weights = [...weightsOf(segments, 0), ...(method === 'direct' ? ofModules.map(silent) : ofModules)].flat();
  return { weights, optimizer: optimizerInit(OPTIMIZER, shapesOf(weights)) };
}

/** With zeros in its last layer a module sends nothing back until it has learned something (Jaderberg et al. 2017). */
function silent(weights: readonly tf.Tensor[]): tf.Tensor[] {
  return weights.map((weight, index) => (index < weights.length - 2 ? weight : tf.zerosLike(weight)));
}

function toTensors({ x, labels }: ImageBatch, { shape, classes }: ImageSet): Labelled {
  return {
    x: tf.tensor(x, [labels.length, ...shape]),
    classes: oneHot(labels, classes),
  };
}

async function share(
  network: SplitNetwork,
  weights: Weights,
  { images, part }: { images: ImageSet; part: 'validation' | 'test' },
): Promise<number> {
  let [right, all] = [0, 0];
  for await (const batch of images.heldOut(part, MOST_AT_ONCE)) {
    const guesses = tidy(() => tf.argMax(scores(network, weights, toTensors(batch, images).x), 1));
    const values = guesses.dataSync();
    guesses.dispose();
    right += batch.labels.reduce((sum, label, index) => sum + Number(values[index] === label), 0);
    all += batch.labels.length;
  }
  return right / all;
}
