import {
  dense,
  forward,
  type Network,
  output,
  pullBack,
  randomStream,
  relu,
  tidy,
  type Weights,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { fit } from '../fitting/fit.ts';
import { type Method, weightingOf } from './methods.ts';
import { type Points } from './points.ts';

/** The paper's network: two hidden layers of 256 ReLUs. */
const UNITS = 256;
/** Examples a step; all of them where there are fewer. */
const BATCH = 100;

export interface Training {
  method: Method;
  /** At the start; it falls to zero. */
  learningRate: number;
  alpha: number;
  /** Of the inputs, as in `weightingOf`. */
  unit: number;
  steps: number;
  /** Of the weights and the batches. */
  seed: number;
}

/** Errors on points that were not trained on, as shares of the variance of the values and of the mean squared gradient. */
export interface Errors {
  value: number;
  gradient: number;
}

/** Trains on points, and tells the errors on others. */
export async function train(
  training: Training,
  points: { train: Points; test: Points },
  afterStep: () => void = () => undefined,
): Promise<Errors> {
  const { method, learningRate, steps, seed } = training;
  const weighting = weightingOf(method, training);
  const weights = await fit(
    {
      network: NETWORK,
      value: { kind: 'squared-error' },
      ...(weighting && { derivative: { of: 'logits', weighting } }),
      learningRate,
      schedule: 'cosine',
      steps,
      seed,
    },
    (step) => tidy(() => batchOf(chosen(points.train, { seed, step }), weighting !== null)),
    afterStep,
  );
  const result = errors(weights, points.test);
  tf.dispose([...weights]);
  return result;
}

const NETWORK: Network = {
  inputShape: [2],
  layers: [
    dense({ name: 'dense1', inputs: 2, units: UNITS }),
    relu({ name: 'relu1', inputShape: [UNITS] }),
    dense({ name: 'dense2', inputs: UNITS, units: UNITS }),
    relu({ name: 'relu2', inputShape: [UNITS] }),
    dense({ name: 'output', inputs: UNITS, units: 1 }),
  ],
};

/** The examples of a step, drawn with replacement; all points where they fit into one batch. */
function chosen(points: Points, { seed, step }: { seed: number; step: number }): Points {
  const n = points.values.length;
  if (n <= BATCH) return points;
  const random = randomStream(seed, 'batch', step);
  const batch = {
    x: new Float32Array(2 * BATCH),
    values: new Float32Array(BATCH),
    gradients: new Float32Array(2 * BATCH),
  };
  for (let i = 0; i < BATCH; i++) {
    const from = random.below(n);
    batch.x.set(points.x.subarray(2 * from, 2 * from + 2), 2 * i);
    batch.values[i] = points.values[from]!;
    batch.gradients.set(points.gradients.subarray(2 * from, 2 * from + 2), 2 * i);
  }
  return batch;
}

/** With one output the only direction in output space is 1, and its pull-back the whole gradient. */
function batchOf({ x, values, gradients }: Points, derivatives: boolean) {
  const n = values.length;
  const g = tf.tensor2d(gradients, [n, 2]);
  const projection = () => ({
    v: tf.ones<tf.Rank.R2>([n, 1]),
    pullBack: g,
    squaredNorms: tf.sum<tf.Tensor1D>(tf.square(g), 1),
  });
  return {
    x: tf.tensor2d(x, [n, 2]),
    logProbs: tf.tensor2d(values, [n, 1]),
    derivatives: derivatives ? [projection()] : [],
  };
}

function errors(weights: Weights, { x, values, gradients }: Points): Errors {
  const n = values.length;
  const { given, slopes } = tidy(() => {
    const at = forward(NETWORK, weights, tf.tensor2d(x, [n, 2]));
    return { given: output(at), slopes: pullBack(at, tf.ones([n, 1]), 'logits') };
  });
  const result = {
    value: squares(values, given.dataSync<'float32'>()) / squares(values, constant(values)),
    gradient: squares(gradients, slopes.dataSync<'float32'>()) / squares(gradients, new Float32Array(2 * n)),
  };
  tf.dispose([given, slopes]);
  return result;
}

/** Σ (a − b)². */
function squares(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0);
}

/** The mean, as often as there are values. */
function constant(values: Float32Array): Float32Array {
  return new Float32Array(values.length).fill(values.reduce((sum, value) => sum + value, 0) / values.length);
}
