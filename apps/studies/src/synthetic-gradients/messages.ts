import {
  addEach,
  derivativeTerm,
  forward,
  type Gradients,
  gradients,
  logSoftmax,
  output,
  plus,
  pullBack,
  type Network,
  valueTerm,
  type Weights,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Method } from './methods.ts';

/** What is told downwards at a place h, one of each example (not divided by their number). */
export interface Message {
  /** [B] the loss, as far as it is known. */
  loss: tf.Tensor1D;
  /** ∂loss/∂h [B, …h] */
  gradient: tf.Tensor;
}

/** A module at a place. */
export interface Module {
  network: Network;
  weights: Weights;
}

/** The place: h [B, …], the classes one-hot [B, C], and what comes from above: the target of the module. */
export interface Place {
  h: tf.Tensor;
  classes: tf.Tensor2D;
  above: Message;
}

/** What the module says, and the gradient of its own loss in its weights. */
export interface Told {
  message: Message;
  gradients: Gradients;
}

/** At the top both are known: L = −log π_y of the class y, ∂L/∂logits = π − 1_y. */
export function atTop(logits: tf.Tensor2D, classes: tf.Tensor2D): Message {
  const { logProbs, probs } = logSoftmax(logits);
  return { loss: tf.neg(tf.sum<tf.Tensor1D>(tf.mul(classes, logProbs), 1)), gradient: tf.sub(probs, classes) };
}

export function tell(method: Method, module: Module, place: Place): Told {
  const untrained = module.weights.map(() => null);
  switch (method) {
    case 'backpropagation':
      return { message: place.above, gradients: untrained };
    case 'no-propagation':
      return { message: { loss: place.above.loss, gradient: tf.zerosLike(place.h) }, gradients: untrained };
    case 'direct':
      return direct(module, place);
    case 'value-function':
    case 'critic':
    case 'sobolev':
      return derived(method, module, place);
  }
}

/** The module's output is the gradient; it is trained on 1/B Σ ‖SG(h, y) − g‖² (Jaderberg et al. 2017). */
function direct({ network, weights }: Module, { h, classes, above }: Place): Told {
  const batch = h.shape[0];
  const points = forward(network, weights, tf.concat([h, spread(classes, h.shape)], -1));
  const given = output(points) as tf.Tensor2D;
  const targets = tf.reshape<tf.Rank.R2>(above.gradient, [batch, -1]);
  const term = valueTerm({ kind: 'squared-error' }, { teacherLogProbs: targets, logits: given });
  return {
    message: { loss: above.loss, gradient: tf.reshape(given, h.shape) },
    gradients: gradients(points, term.gradient),
  };
}

/**
 * The module predicts the loss, m(h, y) = −log p_y(h), and ∂m/∂h = −∂⟨log p, 1_y⟩/∂h is the message: a pull-back along −1_y. So
 * the paper's critic term is Σ (m − L)² and its derivative term the vjp term of libs/sobolev; each is divided by its
 * target's mean square, so that they count alike whatever their scale (Czarnecki et al. 2017, section 4.3).
 */
function derived(method: 'value-function' | 'critic' | 'sobolev', module: Module, { h, classes, above }: Place): Told {
  const points = forward(module.network, module.weights, h);
  const own = atTop(output(points) as tf.Tensor2D, classes);
  const v = tf.neg(classes);
  const loss = tf.mul(2 / h.shape[0], tf.mul(tf.sub(own.loss, above.loss), inverse(tf.mean(tf.square(above.loss)))));
  const byValue = tf.mul<tf.Tensor2D>(tf.reshape(loss, [-1, 1]), own.gradient);
  const message = { loss: own.loss, gradient: pullBack(points, v) };
  if (method === 'critic') return { message, gradients: gradients(points, byValue) };
  const squaredNorms = tf.sum<tf.Tensor1D>(tf.reshape(tf.square(above.gradient), [h.shape[0], -1]), 1);
  const teacher = { v, pullBack: above.gradient, squaredNorms };
  const term = derivativeTerm(points, teacher, { weight: inverse(tf.mean(squaredNorms)) });
  const byBoth = method === 'sobolev' ? plus(byValue, term.logitsGradient) : term.logitsGradient;
  const ordinary = gradients(points, byBoth ?? tf.zerosLike(byValue), term.curvatures);
  return { message, gradients: addEach(ordinary, term.twinGradients) };
}

const inverse = (x: tf.Tensor) => tf.div<tf.Scalar>(1, tf.maximum(x, 1e-30));

/** [B, C] beside every pixel of an image: [B, height, width, C]. */
function spread(classes: tf.Tensor2D, [batch, ...shape]: readonly number[]): tf.Tensor {
  if (shape.length === 1) return classes;
  const [height, width] = shape as [number, number, number];
  return tf.tile(tf.reshape(classes, [batch!, 1, 1, -1]), [1, height, width, 1]);
}
