import { type Network, type ReadoutName, type ValueLoss, type Weights } from '@distiller/sobolev';

/** Inputs as rows: [n, inputs]. */
export interface Examples {
  count: number;
  x: Float32Array;
}

/** Something to learn that is not a game: its data, the larger model that is distilled, and how a student is judged. */
export interface Domain {
  inputs: number;
  outputs: number;
  value: ValueLoss;
  /** Whose derivatives are matched. */
  of: ReadoutName;
  /** What the larger model learned from, and others that it did not see. */
  examples: { train: Examples; test: Examples };
  /** The larger model, trained on the data themselves. */
  teacher: { network: Network; weights: Weights };
  /** How far the student's outputs [n, outputs] on the test examples are from the teacher's: mean squares, or nats; 0 is the same. */
  distance: (teacher: Float32Array, student: Float32Array) => number;
  /** How far outputs on the test examples are from what really came. */
  loss: (outputs: Float32Array) => number;
}
