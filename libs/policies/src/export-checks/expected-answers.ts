import { type StoredPolicy } from '../reference/reference-logits.ts';

/** What an export must answer, and of which policy it is. */
export interface ExpectedAnswers extends Pick<StoredPolicy, 'rows' | 'scale'> {
  /** [n, height, width, stack], 0–255. */
  observations: Uint8Array;
  /** The policy's, [n, actions]. */
  logits: Float32Array;
}

/** Observations and their shape with the batch. */
export interface Answer {
  observations: Uint8Array;
  shape: number[];
}
