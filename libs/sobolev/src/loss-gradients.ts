import * as tf from '@tensorflow/tfjs-core';
import { type Gradients } from './layers/layer.ts';
import { addEach, addTerms, derivativeTerm, type TeacherDerivative, teacherTerm } from './losses/derivative-term.ts';
import { type DerivativeLoss } from './losses/term.ts';
import { type ValueLoss, valueTerm } from './losses/value-term.ts';
import { forward, gradients, type Network, output, type Weights } from './network.ts';
import { plus } from './plus.ts';
import { squaredNorm } from './squared-norm.ts';
import { tidy } from './tidy.ts';
import { type WeightingState } from './weighting/rule.ts';
import { observe, weigh, type Weighting, weightingNumbers } from './weighting/weighting.ts';

export interface LossOptions {
  network: Network;
  value: ValueLoss;
  derivative?: Omit<DerivativeLoss, 'weight'>;
  weighting: Weighting;
}

/** B examples. x is [B, …inputShape] in [0, 1]; teacher's log-probabilities are [B, A]. */
export interface Batch {
  x: tf.Tensor;
  logProbs: tf.Tensor2D;
  /** What the teacher says along k sets of directions; empty for plain distillation. */
  derivatives: readonly TeacherDerivative[];
}

/** What the loss is taken at: the weights, and the running state of the derivative's weight. */
export interface LossState {
  readonly weights: Weights;
  readonly weighting: WeightingState;
}

export interface LossGradients {
  /** One a weight. */
  gradients: tf.Tensor[];
  value: tf.Scalar;
  derivative: tf.Scalar;
  weighting: WeightingState;
}

/** The loss's gradient in every weight, and its terms as scalars. @param state `step` counts the updates made so far */
export function lossGradients(
  options: LossOptions,
  { step, ...state }: LossState & { step: number },
  batch: Batch,
): LossGradients {
  const numbers = weightingNumbers(options.weighting, step + 1).map((number) => tf.scalar(number));
  return lossGradientsAt(options, state, { batch, numbers });
}

/** The same as a function of tensors alone. @param numbers those of `weightingNumbers` for this step */
export function lossGradientsAt(
  { network, value: valueLoss, derivative: loss = {}, weighting }: LossOptions,
  { weights, weighting: weightingState }: LossState,
  { batch, numbers }: { batch: Batch; numbers: readonly tf.Scalar[] },
): LossGradients {
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
  const { weight, state } = weigh(weighting, numbers, { state: weightingState, teacherTerm: scale });
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

function globalNorm(gradients: Gradients): tf.Scalar {
  return tf.sqrt(tf.addN(gradients.flatMap((gradient) => (gradient ? squaredNorm(gradient) : []))));
}

function mean(scalars: tf.Scalar[]): tf.Scalar {
  return tf.div(tf.addN(scalars), scalars.length);
}
