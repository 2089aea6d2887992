import { type Policy } from '@distiller/policies';
import { type LabelsBlock, nextFrames } from '@distiller/rollouts';
import {
  forward,
  type Linearization,
  logSoftmax,
  output,
  pullBack,
  pushForward,
  type ReadoutName,
  tidy,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Observations, observationTensor } from '../observations.ts';
import { actionDirections, type PixelDirections, pixelDirections } from './label-directions.ts';

/** What is asked about each frame. */
export type LabelQuestion = { of: ReadoutName; seed: number } & (
  | { kind: 'none' }
  | { kind: 'vjp'; count: number; actions: number }
  | { kind: 'jvp'; count: number; directions: PixelDirections }
);

/** Frames whose labels are made at once; it divides every block of more, so that labels are the same wherever one begins. */
const BATCH = 128;

/** Frames of a recording, by whose numbers directions are drawn. */
export interface FramesToAnswer {
  observations: Observations;
  frames: Int32Array;
  /** Where they are among the observations, if not by their numbers. */
  places?: Int32Array;
}

/** What the teacher says of these frames, as a block for the labels file. */
export async function answerBlock(
  teacher: Policy,
  question: LabelQuestion,
  { observations, frames, places = frames }: FramesToAnswer,
): Promise<LabelsBlock> {
  const parts: LabelsBlock[] = [];
  for (let start = 0; start < frames.length; start += BATCH) {
    const [own, at] = [frames, places].map((list) => list.subarray(start, start + BATCH)) as [Int32Array, Int32Array];
    parts.push(await answer(teacher, question, { observations, frames: own, places: at }));
  }
  return {
    logProbs: joined(parts.map(({ logProbs }) => logProbs)),
    ...(question.kind === 'vjp' && {
      vjp: {
        directions: joined(parts.map(({ vjp }) => vjp!.directions)),
        projections: joined(parts.map(({ vjp }) => vjp!.projections)),
      },
    }),
    ...(question.kind === 'jvp' && { jvp: joined(parts.map(({ jvp }) => jvp!)) }),
  };
}

async function answer(
  { network, weights }: Policy,
  question: LabelQuestion,
  { observations, frames, places }: Required<FramesToAnswer>,
): Promise<LabelsBlock> {
  const directions = question.kind === 'vjp' ? actionDirections(question.seed, frames, question) : null;
  const x = observationTensor(observations, places);
  const { logProbs, derivatives } = tidy(() => {
    const points = forward(network, weights, x);
    return {
      logProbs: logSoftmax(output(points) as tf.Tensor2D).logProbs,
      derivatives: derivativesOf(points, question, { directions, observations, frames, places, x }),
    };
  });
  const block = { logProbs: await take(logProbs) };
  const values = await Promise.all(derivatives.map(take));
  x.dispose();
  if (directions) return { ...block, vjp: { directions, projections: interleaved(values, frames.length) } };
  return question.kind === 'jvp' ? { ...block, jvp: interleaved(values, frames.length) } : block;
}

interface Asked extends Required<FramesToAnswer> {
  directions: Float32Array | null;
  x: tf.Tensor4D;
}

/** K tensors [B, …]. */
function derivativesOf(
  points: readonly Linearization[],
  question: LabelQuestion,
  { directions, observations, frames, places, x }: Asked,
): tf.Tensor[] {
  if (question.kind === 'none') return [];
  const { count, of } = question;
  const numbers = Array.from({ length: count }, (_, k) => k);
  if (question.kind === 'vjp') {
    const all = tf.tensor3d(directions!, [frames.length, count, question.actions]);
    const vs = tf.unstack(all, 1) as tf.Tensor2D[];
    return numbers.map((k) => tidy(() => pullBack(points, vs[k]!, of)));
  }
  const withNext = question.directions.set.kind === 'frame-difference';
  const next = withNext ? observationTensor(observations, nextFrames(observations.frames, places)) : undefined;
  return numbers.map((k) =>
    tidy(() => {
      const where = { frames, numbers: new Int32Array(frames.length).fill(k) };
      return pushForward(points, pixelDirections(question.directions, where, { x, next }), of);
    }),
  );
}

async function take(tensor: tf.Tensor): Promise<Float32Array> {
  const values = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return values;
}

/** K arrays [B, …] as one, [B, K, …]. */
function interleaved(values: readonly Float32Array[], batch: number): Float32Array {
  const size = values[0]!.length / batch;
  const all = new Float32Array(values.length * batch * size);
  for (const [k, own] of values.entries()) {
    for (let b = 0; b < batch; b++) all.set(own.subarray(b * size, (b + 1) * size), (b * values.length + k) * size);
  }
  return all;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
