import { type Tensor } from '@tensorflow/tfjs-core';
import { type Packed } from '../parameters.ts';

/** What an optimiser remembers, such as Adam's two running sums: each packed as the weights are. */
export type OptimizerState = readonly Packed[];

/** What the update of one piece of the weights starts from; all tensors have the piece's shape. */
export interface Update {
  gradient: Tensor;
  weight: Tensor;
  /** What the optimiser remembers of this piece. */
  memory: readonly Tensor[];
  /** Counts from 1. */
  step: number;
  learningRate: number;
}

/** What one update gives: new tensors throughout; nothing given is changed or disposed. */
export interface Updated {
  weight: Tensor;
  memory: readonly Tensor[];
}
