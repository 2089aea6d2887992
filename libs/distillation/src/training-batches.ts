import { type Policy } from '@distiller/policies';
import { type Batch, forward, project, randomStream, sphereDirections, tidy } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Draws } from './draws.ts';
import { type Labels } from './labels.ts';

export interface BatchSource {
  /** Of the frames that are labelled. */
  draws: Draws;
  teacher: Policy;
  labels: Labels;
  seed: number;
  /** vjp directions an example; 0 for plain distillation. */
  projections: number;
}

/** A batch of its holder's, with the time that it was waited for. */
export interface TrainingBatch {
  batch: Batch;
  /** From asking for the draw until its frames and labels were there as tensors; the teacher's derivatives are not in it. */
  waitSeconds: number;
  dispose: () => void;
}

/**
 * The batch of one step: frames drawn with replacement, the teacher's labels, and its pull-backs along fresh directions.
 * It depends on the seed and the step alone, and its frames not on the loss: two losses with one seed see the same frames.
 * @param step counts from 1
 */
export async function trainingBatch(source: BatchSource, step: number): Promise<TrainingBatch> {
  const askedAtMs = performance.now();
  const draw = await source.draws.take(step);
  const logProbs = gatherRows(source.labels, draw.rows);
  const waitSeconds = (performance.now() - askedAtMs) / 1000;
  const derivatives = askTeacher(source, draw.x, step);
  const dispose = () => {
    tf.dispose([logProbs, ...derivatives.flatMap((each): tf.Tensor[] => Object.values(each))]);
    draw.dispose();
  };
  return { batch: { x: draw.x, logProbs, derivatives }, waitSeconds, dispose };
}

function gatherRows({ logProbs, actions }: Labels, rows: Int32Array): tf.Tensor2D {
  const gathered = new Float32Array(rows.length * actions);
  for (const [place, row] of rows.entries()) {
    gathered.set(logProbs.subarray(row * actions, (row + 1) * actions), place * actions);
  }
  return tf.tensor2d(gathered, [rows.length, actions]);
}

/** What labels do not hold, because it is new at every step: derivatives, from one forward pass of the teacher. */
function askTeacher(source: BatchSource, x: tf.Tensor, step: number): Batch['derivatives'] {
  const { teacher, projections } = source;
  if (projections === 0) return [];
  return tidy(() => {
    const points = forward(teacher.network, teacher.weights, x);
    return directions(source, x.shape[0]!, step).map((v) => project(points, v));
  });
}

/** k orthogonal directions in action space an example: k tensors [B, A]. */
function directions({ seed, labels: { actions }, projections }: BatchSource, batch: number, step: number) {
  const random = randomStream(seed, 'projection', step);
  const drawn = sphereDirections(random, batch, actions, Math.min(projections, actions));
  return drawn.map((direction) => tf.tensor2d(direction, [batch, actions]));
}
