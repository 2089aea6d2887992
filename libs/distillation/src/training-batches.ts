import { type Policy } from '@distiller/policies';
import { type Batch, type TeacherDerivative } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Draws } from './draws.ts';
import { pickRows, type TrainingLabels } from './labels.ts';
import { ask, type Questions } from './questions.ts';
import { type StoredDerivatives } from './stored-labels/stored-derivatives.ts';

export interface BatchSource {
  /** Of the frames that are labelled. */
  draws: Draws;
  teacher: Policy;
  labels: TrainingLabels;
  questions: Questions;
  /** Derivatives that the teacher is not asked for, because they are stored. */
  stored: StoredDerivatives | null;
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
  const stored = await source.stored?.take(step, draw);
  const labels = labelsOf(source.labels, draw.rows);
  const waitSeconds = (performance.now() - askedAtMs) / 1000;
  const asked = ask(source.teacher, source.questions, { frames: draw, labels, step });
  const dispose = () => {
    tf.dispose([...(labels ? [labels] : []), asked.x, asked.logProbs, ...asked.derivatives.flatMap(tensorsOf)]);
    stored?.dispose();
    draw.dispose();
  };
  return { batch: stored ? { ...asked, derivatives: stored.derivatives } : asked, waitSeconds, dispose };
}

/** [B, A], or null where the teacher is asked for them. */
function labelsOf({ logProbs, actions }: TrainingLabels, rows: Int32Array): tf.Tensor2D | null {
  return logProbs && tf.tensor2d(pickRows(logProbs, rows, actions), [rows.length, actions]);
}

const tensorsOf = (derivative: TeacherDerivative) => Object.values<tf.Tensor>({ ...derivative });
