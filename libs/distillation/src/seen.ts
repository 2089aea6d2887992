import { type Policy } from '@distiller/policies';
import { allocatePixels, scaleObservations } from '@distiller/rollouts';
import * as tf from '@tensorflow/tfjs-core';
import { logProbs } from './answers.ts';
import { type ObservationContract } from './spec/index.ts';

/** log π [B, A] of several policies on the same uint8 observations [B, stack, height, width], oldest frame first. */
export type AnswerWhatIsSeen = (observations: Uint8Array, policies: readonly Policy[]) => Promise<Float32Array[]>;

/** For what an emulator shows. */
export function answerWhatIsSeen({ height, width, stack }: ObservationContract): AnswerWhatIsSeen {
  const size = height * width;
  // An engine may keep pixels as they lie until its tensor is disposed: each batch on its way has its own.
  const free: Float32Array<SharedArrayBuffer>[] = [];
  return async (observations, policies) => {
    const fits = free.findIndex(({ length }) => length === observations.length);
    const pixels = fits < 0 ? allocatePixels(observations.length) : free.splice(fits, 1)[0]!;
    scaleObservations(observations, { size, stack }, pixels);
    const x = tf.tensor4d(pixels, [observations.length / (size * stack), height, width, stack]);
    const rows = policies.map((policy) => logProbs(policy, x));
    const answers = (await Promise.all(rows.map((row) => row.data()))) as Float32Array[];
    tf.dispose([x, ...rows]);
    free.push(pixels);
    return answers;
  };
}
