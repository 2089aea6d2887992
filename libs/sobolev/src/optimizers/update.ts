import { type Packed } from '../parameters.ts';

/** What an optimiser remembers, such as Adam's two running means: each packed as the weights are. */
export type OptimizerState = readonly Packed[];

/** What one update starts from. */
export interface Update {
  gradient: Packed;
  /** The weights, where an optimiser needs them (weight decay). */
  weights: () => Packed;
  state: OptimizerState;
  /** Counts from 1. */
  step: number;
  learningRate: number;
}

/** What one update gives: new tensors throughout; nothing given is changed or disposed. */
export interface Updated {
  /** To be subtracted from the weights. */
  decrease: Packed;
  state: OptimizerState;
}
