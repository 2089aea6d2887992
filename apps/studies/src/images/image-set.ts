/** B images and what they show. */
export interface ImageBatch {
  /** [B, height, width, channels] in [0, 1] */
  x: Float32Array;
  /** [B] class of each */
  labels: Uint16Array;
}

/** Labelled images, in training and test. */
export interface ImageSet {
  /** [height, width, channels] */
  shape: readonly [number, number, number];
  classes: number;
  /** The examples of a step, drawn with replacement and augmented where the set is: the same for the same seed and step. */
  trainingBatch(size: number, at: { seed: number; step: number }): Promise<ImageBatch>;
  /** Images that are not trained on, each once, as they are. */
  heldOut(part: 'validation' | 'test', size: number): AsyncIterable<ImageBatch>;
}
