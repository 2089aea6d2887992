import { type Policy } from '@distiller/policies';
import { logPolicyJacobian } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Observations, observationTensor } from '../observations.ts';

/** Jacobians are taken few frames at a time: one of them is as big as A frames. */
const BATCH = 20;

/** Where a policy looks: [frames, H, W] each, over the newest frame of each observation. */
export interface SaliencyMaps {
  /** |∂log π(a|x)/∂x| for one action a of each frame. */
  action: Float32Array;
  /** Σ_a |∂log π(a|x)/∂x| over all actions. */
  all: Float32Array;
}

/** @param actions [frames] the action of each frame that `action` is about */
export async function saliencyMaps(
  policy: Policy,
  { observations, indices, actions }: { observations: Observations; indices: Int32Array; actions: readonly number[] },
): Promise<SaliencyMaps> {
  const { height, width } = observations.frames;
  const size = height * width;
  const maps = { action: new Float32Array(indices.length * size), all: new Float32Array(indices.length * size) };
  for (let start = 0; start < indices.length; start += BATCH) {
    const [action, all] = tf.tidy(() => {
      const x = observationTensor(observations, indices.subarray(start, start + BATCH));
      const newest = newestFrames(logPolicyJacobian(policy.network, policy.weights, x), observations.stack);
      return [ofActions(newest, actions.slice(start, start + BATCH)), tf.addN(newest)] as const;
    });
    maps.action.set(await action.data(), start * size);
    maps.all.set(await all.data(), start * size);
    tf.dispose([action, all]);
  }
  return maps;
}

/** |J| over the newest frame: [A] of [B, H, W]. */
function newestFrames(jacobian: readonly tf.Tensor[], stack: number): tf.Tensor[] {
  return jacobian.map((gradient) => {
    const newest = tf.slice(gradient, [0, 0, 0, stack - 1], [-1, -1, -1, 1]);
    return tf.squeeze(tf.abs(newest), [3]);
  });
}

/** Of each frame the map of its own action [B, H, W]. */
function ofActions(newest: readonly tf.Tensor[], actions: readonly number[]): tf.Tensor {
  return tf.addN(
    newest.map((map, action) =>
      tf.mul(
        map,
        tf.tensor(
          actions.map((one) => Number(one === action)),
          [actions.length, 1, 1],
        ),
      ),
    ),
  );
}
