import * as tf from '@tensorflow/tfjs-core';
import { compiled } from './compiled.ts';
import { type Batch, lossGradientsAt, type LossOptions } from './loss-gradients.ts';
import { type Weights } from './network.ts';
import { type Optimizer, optimizerInit, optimizerNumbers } from './optimizers/optimizer.ts';
import { type OptimizerState } from './optimizers/update.ts';
import { updateWeights } from './optimizers/update-weights.ts';
import { shapesOf } from './parameters.ts';
import { learningRateAt, type Schedule } from './schedules/schedule.ts';
import { tidy } from './tidy.ts';
import { type WeightingState } from './weighting/rule.ts';
import { weightingInit, weightingNumbers } from './weighting/weighting.ts';

/** Everything that a step changes, and all that a checkpoint must hold. */
export interface TrainState {
  /** Updates made so far. */
  readonly step: number;
  readonly weights: Weights;
  readonly optimizer: OptimizerState;
  readonly weighting: WeightingState;
}

export interface StepOptions extends LossOptions {
  optimizer: Optimizer;
  schedule: Schedule;
  /** Largest global norm of the gradient; larger ones are scaled down to it. */
  maxGradientNorm?: number | undefined;
}

/** Metrics of one step, by their names on the wire. `loss` = `value_term` + `derivative_term`. */
export type StepTerms = {
  value_term: number;
  derivative_term: number;
  loss: number;
  /** Before clipping. */
  gradient_norm: number;
  learning_rate: number;
};

export function initialState(
  { optimizer, weighting }: Pick<StepOptions, 'optimizer' | 'weighting'>,
  weights: Weights,
): TrainState {
  return {
    step: 0,
    weights,
    optimizer: optimizerInit(optimizer, shapesOf(weights)),
    weighting: weightingInit(weighting),
  };
}

/** All tensors of a state, to keep or to dispose. */
export function stateTensors({ weights, optimizer, weighting }: TrainState): tf.Tensor[] {
  return [...weights, ...optimizer.flat(), ...weighting];
}

/**
 * One optimiser update: (state, batch) → state. The given state's tensors are disposed, the new one's are kept;
 * the batch stays the caller's. With the same options, an object that must not be changed, the engine may compile it.
 */
export async function trainStep(
  options: StepOptions,
  { step: made, ...state }: TrainState,
  batch: Batch,
): Promise<{ state: TrainState; terms: StepTerms }> {
  const step = made + 1;
  const learning_rate = learningRateAt(options.schedule, step);
  const { next, scalars } = tidy(() => {
    const numbers = {
      weighting: scalarsOf(weightingNumbers(options.weighting, step)),
      optimizer: scalarsOf(optimizerNumbers(options.optimizer, { step, learningRate: learning_rate })),
    };
    return updateFor(options)({ state, batch, numbers });
  });
  tf.dispose(stateTensors({ step, ...state }));
  const [value_term, derivative_term, gradient_norm] = (await scalars.data()) as unknown as [number, number, number];
  scalars.dispose();
  const loss = value_term + derivative_term;
  return { state: { step, ...next }, terms: { value_term, derivative_term, loss, gradient_norm, learning_rate } };
}

type Tensors = Omit<TrainState, 'step'>;

/** What an update depends on besides its options: tensors throughout. */
interface Given {
  state: Tensors;
  batch: Batch;
  numbers: { weighting: tf.Scalar[]; optimizer: tf.Scalar[] };
}
type Update = (given: Given) => { next: Tensors; scalars: tf.Tensor };

/** Compiled updates, for as long as someone holds their options. */
const updates = new WeakMap<StepOptions, Update>();

function updateFor(options: StepOptions): Update {
  const update = updates.get(options) ?? compiled((given: Given) => updated(options, given));
  updates.set(options, update);
  return update;
}

function updated(options: StepOptions, { state, batch, numbers }: Given): ReturnType<Update> {
  const given = { batch, numbers: numbers.weighting };
  const { gradients, value, derivative, weighting } = tidy(() => lossGradientsAt(options, state, given));
  const { norm, ...updated } = updateWeights(options.optimizer, {
    weights: state.weights,
    gradients,
    state: state.optimizer,
    numbers: numbers.optimizer,
    maxGradientNorm: options.maxGradientNorm,
  });
  const next = { weights: updated.weights, optimizer: updated.state, weighting };
  return { next, scalars: tf.stack([value, derivative, norm]) };
}

const scalarsOf = (numbers: readonly number[]) => numbers.map((number) => tf.scalar(number));
