import { type Policy } from '@distiller/policies';
import {
  augment,
  type Augmentation,
  type Batch,
  type DirectionSet,
  drawDirections,
  type NoiseTable,
  randomStream,
  type ReadoutName,
  sphereDirections,
  tidy,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { answer, type Directions } from './answers.ts';

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
  /** Along k orthogonal directions in action space, which has `actions` dimensions. */
  | { kind: 'vjp'; of: ReadoutName; k: number; actions: number }
  /** Along k directions in pixel space. */
  | { kind: 'jvp'; of: ReadoutName; k: number; set: DirectionSet };

/** Frames as they were recorded, and one step later where the question needs it. */
interface RecordedFrames {
  x: tf.Tensor4D;
  next: tf.Tensor4D | null;
}

/** The frames to ask about, their labels and the step. */
export interface Asked {
  frames: RecordedFrames;
  /** Log-probabilities [B, A] of the frames as recorded; null where nobody has asked for them. */
  labels: tf.Tensor2D | null;
  step: number;
}

/**
 * The batch that teacher and student both see: the augmented frames, what the teacher says of them, and its derivatives.
 * One forward pass of the teacher serves all of it, and none is taken where the labels say everything.
 * @param step counts from 1: what is drawn depends on the seed and the step alone
 */
export function ask(policy: Policy, questions: Questions, { frames, labels, step }: Asked): Batch {
  const { augmentations, derivative } = questions;
  const x = augment(augmentations, frames.x, source(questions, 'augmentation', step));
  const known = augmentations.length === 0 ? labels : null;
  if (known && derivative.kind === 'none') return { x, logProbs: known, derivatives: [] };
  return tidy(() => {
    const { logProbs, derivatives } = answer(policy, x, directions(questions, frames, step));
    return { x, logProbs: known ?? logProbs, derivatives };
  });
}

function directions(questions: Questions, frames: RecordedFrames, step: number): Directions {
  const { derivative, seed } = questions;
  switch (derivative.kind) {
    case 'none':
      return { kind: 'vjp', of: 'log-policy', directions: [] };
    case 'vjp': {
      const { kind, of, k, actions } = derivative;
      const [batch] = frames.x.shape;
      const drawn = sphereDirections(randomStream(seed, 'projection', step), batch, actions, k);
      return { kind, of, directions: drawn.map((v) => tf.tensor2d(v, [batch, actions])) };
    }
    case 'jvp': {
      const inputs = { x: frames.x, next: frames.next ?? undefined };
      const draws = source(questions, 'direction', step);
      const { kind, of, k, set } = derivative;
      return { kind, of, directions: Array.from({ length: k }, () => drawDirections(set, inputs, draws)) };
    }
  }
}

function source({ table, seed }: Questions, purpose: 'augmentation' | 'direction', step: number) {
  return { table, random: randomStream(seed, purpose, step) };
}
