import { type Policy } from '@distiller/policies';
import { type Batch, type TeacherDerivative } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Draws } from './draws.ts';
import { type Labels } from './labels.ts';
import { ask, type Questions } from './questions.ts';

export interface BatchSource {
  /** Of the frames that are labelled. */
  draws: Draws;
  teacher: Policy;
  labels: Labels;
  questions: Questions;
}

/** A batch of its holder's, with the time that it was waited for. */
export interface TrainingBatch {
  batch: Batch;
  /** From asking for the draw until its frames and labels were there as tensors; the teacher's own work is not in it. */
  waitSeconds: number;
  dispose: () => void;
}

/**
 * The batch of one step: frames drawn with replacement, and what the teacher says of them.
 * It depends on the seed and the step alone, and its frames not on the loss: two losses with one seed see the same frames.
 * @param step counts from 1
 */
export async function trainingBatch(source: BatchSource, step: number): Promise<TrainingBatch> {
  const askedAtMs = performance.now();
  const draw = await source.draws.take(step);
  const labels = gatherRows(source.labels, draw.rows);
  const waitSeconds = (performance.now() - askedAtMs) / 1000;
  const batch = ask(source.teacher, source.questions, { frames: draw, labels, step });
  const dispose = () => {
    tf.dispose([labels, batch.x, batch.logProbs, ...batch.derivatives.flatMap(tensorsOf)]);
    draw.dispose();
  };
  return { batch, waitSeconds, dispose };
}

const tensorsOf = (derivative: TeacherDerivative) => Object.values<tf.Tensor>({ ...derivative });

function gatherRows({ logProbs, actions }: Labels, rows: Int32Array): tf.Tensor2D {
  const gathered = new Float32Array(rows.length * actions);
  for (const [place, row] of rows.entries()) {
    gathered.set(logProbs.subarray(row * actions, (row + 1) * actions), place * actions);
  }
  return tf.tensor2d(gathered, [rows.length, actions]);
}
