import { type Policy } from '@distiller/policies';
import {
  compiled,
  forward,
  logSoftmax,
  type Network,
  output,
  project,
  pushForward,
  type ReadoutName,
  type TeacherDerivative,
  tidy,
  type Weights,
} from '@distiller/sobolev';
import type * as tf from '@tensorflow/tfjs-core';

/** Directions in action space [B, A] or in pixel space [B, H, W, C], and whose derivatives are asked for. */
export type Directions =
  | { kind: 'vjp'; of: ReadoutName; directions: tf.Tensor2D[] }
  | { kind: 'jvp'; of: ReadoutName; directions: tf.Tensor4D[] };

/** What a teacher says of a batch. */
export interface Answers {
  logProbs: tf.Tensor2D;
  /** One for each of the directions. */
  derivatives: TeacherDerivative[];
}

/** Asks a teacher about x [B, H, W, C]: all in one forward pass. The directions are the caller's, the answers tensors of their own. */
export function answer({ network, weights }: Policy, x: tf.Tensor4D, asked: Directions): Answers {
  let answers = ofNetwork.get(network);
  if (!answers) ofNetwork.set(network, (answers = compiled((given) => answersOf(network, given))));
  return answers({ weights, x, asked });
}

/** log π [B, A] of a batch x [B, H, W, C], alone. */
export function logProbs(policy: Policy, x: tf.Tensor4D): tf.Tensor2D {
  return tidy(() => answer(policy, x, NO_DIRECTIONS).logProbs);
}

const NO_DIRECTIONS: Directions = { kind: 'vjp', of: 'log-policy', directions: [] };

interface Given {
  weights: Weights;
  x: tf.Tensor4D;
  asked: Directions;
}

const ofNetwork = new WeakMap<Network, (given: Given) => Answers>();

function answersOf(network: Network, { weights, x, asked }: Given): Answers {
  const points = forward(network, weights, x);
  const { logProbs } = logSoftmax(output(points) as tf.Tensor2D);
  const derivatives =
    asked.kind === 'vjp'
      ? asked.directions.map((v) => project(points, v, asked.of))
      : asked.directions.map((u) => ({ u, pushed: pushForward(points, u, asked.of) }));
  return { logProbs, derivatives };
}
