import { type Policy } from '@distiller/policies';
import { type Batch, forward, pullBack, randomStream, sphereDirections } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Labels } from './labels.ts';
import { type Observations, observationTensor } from './observations.ts';

export interface BatchSource {
  observations: Observations;
  teacher: Policy;
  labels: Labels;
  seed: number;
  batchSize: number;
  /** vjp directions an example; 0 for plain distillation. */
  projections: number;
}

/**
 * The batch of one step: frames drawn with replacement, the teacher's labels, and its pull-backs along fresh directions.
 * It depends on the seed and the step alone, and its frames not on the loss: two losses with one seed see the same frames.
 * @param step counts from 1
 */
export function trainingBatch(source: BatchSource, step: number): Batch {
  const { observations, labels, seed, batchSize, projections } = source;
  const random = randomStream(seed, 'batch', step);
  const rows = Int32Array.from({ length: batchSize }, () => random.below(labels.indices.length));
  const x = observationTensor(
    observations,
    rows.map((row) => labels.indices[row]!),
  );
  return { x, logProbs: gatherRows(labels, rows), projections: projections > 0 ? project(source, x, step) : [] };
}

export function disposeBatch({ x, logProbs, projections }: Batch): void {
  tf.dispose([x, logProbs, ...projections.flatMap(({ v, pullBack }) => [v, pullBack])]);
}

function gatherRows({ logProbs, actions }: Labels, rows: Int32Array): tf.Tensor2D {
  const gathered = new Float32Array(rows.length * actions);
  for (const [place, row] of rows.entries()) {
    gathered.set(logProbs.subarray(row * actions, (row + 1) * actions), place * actions);
  }
  return tf.tensor2d(gathered, [rows.length, actions]);
}

function project(
  { teacher, labels, seed, projections }: BatchSource,
  x: tf.Tensor,
  step: number,
): Batch['projections'] {
  const [batch, { actions }] = [x.shape[0], labels];
  const directions = sphereDirections(
    randomStream(seed, 'projection', step),
    batch,
    actions,
    Math.min(projections, actions),
  );
  const vs = directions.map((direction) => tf.tensor2d(direction, [batch, actions]));
  const pullBacks = tf.tidy(() => {
    const points = forward(teacher.network, teacher.weights, x);
    return vs.map((v) => pullBack(points, v));
  });
  return vs.map((v, index) => ({ v, pullBack: pullBacks[index]! }));
}
