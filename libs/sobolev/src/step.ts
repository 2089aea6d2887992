import * as tf from '@tensorflow/tfjs-core';
import { type Gradients } from './layers/layer.ts';
import { klTerm } from './losses/kl.ts';
import { type DerivativeTerm, type Projection, vjpTerm } from './losses/vjp.ts';
import { forward, gradients, type Network, output, type Weights } from './network.ts';
import { clipByGlobalNorm } from './optimizers/clip.ts';
import { type Optimizer, optimizerInit, optimizerUpdate } from './optimizers/optimizer.ts';
import { type OptimizerState } from './optimizers/update.ts';
import { learningRateAt, type Schedule } from './schedules/schedule.ts';
import { plus } from './plus.ts';
import { squaredNorm } from './squared-norm.ts';
import { tidy } from './tidy.ts';
import { weigh, type Weighting, weightingInit, type WeightingState } from './weighting/weighting.ts';

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
  temperature: number;
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
  /** k directions v [B, A], each with the teacher's pull-back g_t [B, …inputShape]; empty for plain distillation. */
  projections: readonly Projection[];
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

export function initialState(optimizer: Optimizer, weights: Weights): TrainState {
  return { step: 0, weights, optimizer: optimizerInit(optimizer, weights), weighting: weightingInit() };
}

/** All tensors of a state, to keep or to dispose. */
export function stateTensors({ weights, optimizer, weighting }: TrainState): tf.Tensor[] {
  return [...weights, ...optimizer.flat(), weighting];
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
  { network, temperature, weighting }: Pick<StepOptions, 'network' | 'temperature' | 'weighting'>,
  { step, weights, weighting: weightingState }: Pick<TrainState, 'step' | 'weights' | 'weighting'>,
  batch: Batch,
): { gradients: tf.Tensor[]; value: tf.Scalar; derivative: tf.Scalar; weighting: WeightingState } {
  const points = forward(network, weights, batch.x);
  const value = klTerm(batch.logProbs, output(points) as tf.Tensor2D, temperature);
  if (batch.projections.length === 0) {
    const ordinary = gradients(points, value.gradient) as tf.Tensor[];
    return { gradients: ordinary, value: value.value, derivative: tf.scalar(0), weighting: tf.clone(weightingState) };
  }
  const teacherTerm = meanOf(batch.projections.map(({ v, pullBack }) => tf.div(squaredNorm(pullBack), v.shape[0])));
  const { weight, state } = weigh(weighting, step + 1, { state: weightingState, teacherTerm });
  const share = tf.div<tf.Scalar>(weight, batch.projections.length);
  const derivative = batch.projections.map((projection) => vjpTerm(points, projection, share)).reduce(addTerms);
  const ordinary = gradients(points, tf.add(value.gradient, derivative.logitsGradient), derivative.curvatures);
  return {
    gradients: addEach(ordinary, derivative.twinGradients) as tf.Tensor[],
    value: value.value,
    derivative: derivative.value,
    weighting: state,
  };
}

function addTerms(a: DerivativeTerm, b: DerivativeTerm): DerivativeTerm {
  return {
    value: tf.add(a.value, b.value),
    twinGradients: addEach(a.twinGradients, b.twinGradients),
    logitsGradient: tf.add(a.logitsGradient, b.logitsGradient),
    curvatures: addEach(a.curvatures, b.curvatures),
  };
}

function update(options: StepOptions, state: TrainState, batch: Batch) {
  const { gradients: all, value, derivative, weighting } = lossGradients(options, state, batch);
  const { gradients: clipped, norm } = clipByGlobalNorm(all, options.maxGradientNorm);
  const step = state.step + 1;
  const updated = optimizerUpdate(options.optimizer, {
    weights: state.weights,
    gradients: clipped,
    state: state.optimizer,
    step,
    learningRate: learningRateAt(options.schedule, step),
  });
  const next: TrainState = { step, weights: updated.weights, optimizer: updated.state, weighting };
  return { next, scalars: tf.stack([value, derivative, norm]) };
}

/** Element by element; null stands for zero. */
function addEach(a: Gradients, b: Gradients): Gradients {
  return a.map((tensor, index) => plus(tensor, b[index] ?? null));
}

function meanOf(scalars: tf.Tensor[]): tf.Scalar {
  return tf.div(tf.addN(scalars), scalars.length);
}
