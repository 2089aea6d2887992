import * as tf from '@tensorflow/tfjs-core';
import { addEach, addTerms, derivativeTerm, type TeacherDerivative, teacherTerm } from './losses/derivative-term.ts';
import { type Gradients } from './layers/layer.ts';
import { type ValueLoss, valueTerm } from './losses/value-term.ts';
import { type DerivativeLoss } from './losses/term.ts';
import { forward, gradients, type Network, output, type Weights } from './network.ts';
import { clipByGlobalNorm } from './optimizers/clip.ts';
import { type Optimizer, optimizerInit, optimizerUpdate } from './optimizers/optimizer.ts';
import { type OptimizerState } from './optimizers/update.ts';
import { pack, shapesOf, unpack } from './parameters.ts';
import { plus } from './plus.ts';
import { learningRateAt, type Schedule } from './schedules/schedule.ts';
import { squaredNorm } from './squared-norm.ts';
import { tidy } from './tidy.ts';
import { type WeightingState } from './weighting/rule.ts';
import { observe, weigh, type Weighting, weightingInit } from './weighting/weighting.ts';

/** Everything that a step changes, and all that a checkpoint must hold. */
export interface TrainState {
  /** Updates made so far. */
  readonly step: number;
  readonly weights: Weights;
  readonly optimizer: OptimizerState;
  readonly weighting: WeightingState;
}

export interface StepOptions {
  network: Network;
  value: ValueLoss;
  derivative?: Omit<DerivativeLoss, 'weight'>;
  weighting: Weighting;
  optimizer: Optimizer;
  schedule: Schedule;
  /** Largest global norm of the gradient; larger ones are scaled down to it. */
  maxGradientNorm?: number | undefined;
}

/** B examples. x is [B, …inputShape] in [0, 1]; teacher's log-probabilities are [B, A]. */
export interface Batch {
  x: tf.Tensor;
  logProbs: tf.Tensor2D;
  /** What the teacher says along k sets of directions; empty for plain distillation. */
  derivatives: readonly TeacherDerivative[];
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
 * the batch stays the caller's.
 */
export async function trainStep(
  options: StepOptions,
  state: TrainState,
  batch: Batch,
): Promise<{ state: TrainState; terms: StepTerms }> {
  const { next, scalars } = tidy(() => update(options, state, batch));
  tf.dispose(stateTensors(state));
  const [value_term, derivative_term, gradient_norm] = (await scalars.data()) as unknown as [number, number, number];
  scalars.dispose();
  const loss = value_term + derivative_term;
  const learning_rate = learningRateAt(options.schedule, next.step);
  return { state: next, terms: { value_term, derivative_term, loss, gradient_norm, learning_rate } };
}

/** The loss's gradient in every weight, and its terms as scalars; `weighting` is the running state of the derivative's weight. */
export function lossGradients(
  { network, value: valueLoss, derivative: loss = {}, weighting }: LossOptions,
  { step, weights, weighting: weightingState }: Pick<TrainState, 'step' | 'weights' | 'weighting'>,
  batch: Batch,
): { gradients: tf.Tensor[]; value: tf.Scalar; derivative: tf.Scalar; weighting: WeightingState } {
  const points = forward(network, weights, batch.x);
  const logits = output(points) as tf.Tensor2D;
  const value = valueTerm(valueLoss, { teacherLogProbs: batch.logProbs, logits });
  const k = batch.derivatives.length;
  if (k === 0) {
    const ordinary = gradients(points, value.gradient) as tf.Tensor[];
    return {
      gradients: ordinary,
      value: value.value,
      derivative: tf.scalar(0),
      weighting: weightingState.map((each) => tf.clone(each)),
    };
  }
  const scale = mean(batch.derivatives.map((teacher) => teacherTerm(teacher, loss.norm)));
  const { weight, state } = weigh(weighting, step + 1, { state: weightingState, teacherTerm: scale });
  const share = tf.div<tf.Scalar>(weight, k);
  const derivative = batch.derivatives
    // What one set of directions leaves in between goes before the next comes.
    .map((teacher) => tidy(() => derivativeTerm(points, teacher, { ...loss, weight: share })))
    .reduce(addTerms);
  const ordinary = gradients(points, plus(value.gradient, derivative.logitsGradient), derivative.curvatures);
  const norms = () => ({
    value: globalNorm(ordinary),
    derivative: tf.div<tf.Scalar>(globalNorm(derivative.twinGradients), weight),
  });
  return {
    gradients: addEach(ordinary, derivative.twinGradients) as tf.Tensor[],
    value: value.value,
    derivative: derivative.value,
    weighting: observe(weighting, state, norms),
  };
}

type LossOptions = Pick<StepOptions, 'network' | 'value' | 'derivative' | 'weighting'>;

function update(options: StepOptions, state: TrainState, batch: Batch) {
  const { gradients: all, value, derivative, weighting } = tidy(() => lossGradients(options, state, batch));
  const shapes = shapesOf(state.weights);
  const { gradient, norm } = clipByGlobalNorm(pack(all, shapes), options.maxGradientNorm);
  const step = state.step + 1;
  const updated = optimizerUpdate(options.optimizer, {
    weights: pack(state.weights, shapes),
    gradient,
    state: state.optimizer,
    step,
    learningRate: learningRateAt(options.schedule, step),
  });
  const next: TrainState = { step, weights: unpack(updated.weights, shapes), optimizer: updated.state, weighting };
  return { next, scalars: tf.stack([value, derivative, norm]) };
}

function globalNorm(gradients: Gradients): tf.Scalar {
  return tf.sqrt(tf.addN(gradients.flatMap((gradient) => (gradient ? squaredNorm(gradient) : []))));
}

function mean(scalars: tf.Scalar[]): tf.Scalar {
  return tf.div(tf.addN(scalars), scalars.length);
}
