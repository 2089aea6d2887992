import { type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { type Packed } from '../parameters.ts';

/** What an optimiser remembers, such as Adam's two running sums: each packed as the weights are. */
export type OptimizerState = readonly Packed[];

/** A step, to an optimiser's eyes. */
export interface Moment {
  /** Counts from 1. */
  step: number;
  learningRate: number;
}

/** What the update of one piece of the weights starts from; all tensors but the numbers have the piece's shape. */
export interface Update {
  gradient: Tensor;
  weight: Tensor;
  /** What the optimiser remembers of this piece. */
  memory: readonly Tensor[];
  /** What the optimiser makes of the step and its learning rate, in an order of its own. */
  numbers: readonly Scalar[];
}

/** What one update gives: new tensors throughout; nothing given is changed or disposed. */
export interface Updated {
  weight: Tensor;
  memory: readonly Tensor[];
}
