import { type Tensor } from '@tensorflow/tfjs-core';
import { type Weights } from '../network.ts';

/** What an optimiser remembers: lists of one tensor a weight, such as Adam's two running means. */
export type OptimizerState = readonly Weights[];

/** What one update starts from. Gradients and state have the weights' shapes. */
export interface Update {
  weights: Weights;
  gradients: Weights;
  state: OptimizerState;
  /** Counts from 1. */
  step: number;
  learningRate: number;
}

/** What one update gives: new tensors throughout; nothing given is changed or disposed. */
export interface Updated {
  weights: Tensor[];
  state: OptimizerState;
}
