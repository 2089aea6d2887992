import { type Policy } from '@distiller/policies';
import { logProbs } from './answers.ts';
import { type LabellingProgress } from './events.ts';
import { readObservations, type RecordedObservations } from './observations.ts';

/** A policy's log-probabilities on some frames: row i belongs to `indices[i]`. */
export interface Labels {
  indices: Int32Array;
  actions: number;
  /** [frames, actions] log π, row-major. */
  logProbs: Float32Array;
}

/** What there is of the labels of the frames to train on. */
export type TrainingLabels = Omit<Labels, 'logProbs'> & {
  /** Null where the teacher is asked at every step: they are too many. */
  logProbs: Float32Array | null;
};

/** Frames to be labelled. */
export interface FramesToLabel {
  observations: RecordedObservations;
  indices: Int32Array;
}

const BATCH = 200;

/** Labels frames with the policy, batch by batch, telling after each how many are done. Undefined when it was aborted. */
export async function* label(
  policy: Policy,
  { observations, indices }: FramesToLabel,
  signal?: AbortSignal,
): AsyncGenerator<LabellingProgress, Labels | undefined> {
  let labels: Labels | undefined;
  for (let start = 0; start < indices.length; start += BATCH) {
    const batch = indices.subarray(start, start + BATCH);
    const x = await readObservations(observations, batch);
    const rows = logProbs(policy, x);
    x.dispose();
    const actions = rows.shape[1];
    labels ??= { indices, actions, logProbs: new Float32Array(indices.length * actions) };
    labels.logProbs.set(await rows.data(), start * actions);
    rows.dispose();
    yield { type: 'labelling', done: start + batch.length, total: indices.length };
    if (signal?.aborted) return undefined;
  }
  if (!labels) throw new Error('there are no frames to label');
  return labels;
}

/** Labels frames at once, where nobody waits for progress. */
export async function labelAll(
  policy: Policy,
  observations: RecordedObservations,
  indices: Int32Array,
): Promise<Labels> {
  const labelling = label(policy, { observations, indices });
  for (;;) {
    const { done, value } = await labelling.next();
    // Only a signal makes it undefined.
    if (done) return value!;
  }
}

/** Rows of a table [N, …item] of floats, one after the other. */
export function pickRows(table: Float32Array, rows: Int32Array, size: number): Float32Array {
  const picked = new Float32Array(rows.length * size);
  for (const [place, row] of rows.entries()) picked.set(table.subarray(row * size, (row + 1) * size), place * size);
  return picked;
}
