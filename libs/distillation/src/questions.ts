import { type Policy } from '@distiller/policies';
import {
  augment,
  type Augmentation,
  type Batch,
  type DirectionSet,
  drawDirections,
  forward,
  logSoftmax,
  type NoiseTable,
  output,
  project,
  pushForward,
  randomStream,
  type ReadoutName,
  sphereDirections,
  type TeacherDerivative,
  tidy,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';

/** What a teacher is asked at every step, besides what its labels say. */
export interface Questions {
  seed: number;
  augmentations: readonly Augmentation[];
  derivative: DerivativeQuestion;
  /** For augmentations and directions that are noise; null where none is. */
  table: NoiseTable | null;
}

export type DerivativeQuestion =
  | { kind: 'none' }
  /** Along k orthogonal directions in action space. */
  | { kind: 'vjp'; of: ReadoutName; k: number }
  /** Along k directions in pixel space. */
  | { kind: 'jvp'; of: ReadoutName; k: number; set: DirectionSet };

/** Frames as they were recorded, and one step later where the question needs it. */
export interface RecordedFrames {
  x: tf.Tensor4D;
  next: tf.Tensor4D | null;
}

/**
 * The batch that teacher and student both see: the augmented frames, what the teacher says of them, and its derivatives.
 * One forward pass of the teacher serves all of it, and none is taken where the labels say everything.
 * @param labels log-probabilities [B, A] of the frames as recorded
 * @param step counts from 1: what is drawn depends on the seed and the step alone
 */
export function ask(
  { network, weights }: Policy,
  questions: Questions,
  { frames, labels, step }: { frames: RecordedFrames; labels: tf.Tensor2D; step: number },
): Batch {
  const { augmentations, derivative } = questions;
  const x = augment(augmentations, frames.x, source(questions, 'augmentation', step));
  if (augmentations.length === 0 && derivative.kind === 'none') return { x, logProbs: labels, derivatives: [] };
  return tidy(() => {
    const points = forward(network, weights, x);
    const logProbs = augmentations.length === 0 ? labels : logSoftmax(output(points) as tf.Tensor2D).logProbs;
    return { x, logProbs, derivatives: derivatives(points, questions, { frames, step }) };
  });
}

function derivatives(
  points: ReturnType<typeof forward>,
  questions: Questions,
  { frames, step }: { frames: RecordedFrames; step: number },
): TeacherDerivative[] {
  const { derivative, seed } = questions;
  switch (derivative.kind) {
    case 'none':
      return [];
    case 'vjp': {
      const [batch, actions] = output(points).shape as [number, number];
      const k = Math.min(derivative.k, actions);
      return sphereDirections(randomStream(seed, 'projection', step), batch, actions, k).map((v) =>
        project(points, tf.tensor2d(v, [batch, actions]), derivative.of),
      );
    }
    case 'jvp': {
      const inputs = { x: frames.x, next: frames.next ?? undefined };
      const draws = source(questions, 'direction', step);
      return Array.from({ length: derivative.k }, () => {
        const u = drawDirections(derivative.set, inputs, draws);
        return { u, pushed: pushForward(points, u, derivative.of) };
      });
    }
  }
}

function source({ table, seed }: Questions, purpose: 'augmentation' | 'direction', step: number) {
  return { table, random: randomStream(seed, purpose, step) };
}
