import { type NamedTensor, readSafetensors, writeSafetensors } from '@distiller/policies';
import { type Network, parameterShapes, stateTensors, type TrainState } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';

/** All of a training state as one safetensors file; random numbers need no place in it, for they follow from seed and step. */
export async function saveCheckpoint(state: TrainState): Promise<Uint8Array> {
  const tensors = new Map<string, NamedTensor>();
  for (const [index, tensor] of stateTensors(state).entries()) {
    tensors.set(`state.${index}`, { dtype: 'F32', shape: tensor.shape, data: (await tensor.data()) as Float32Array });
  }
  return writeSafetensors({ tensors, metadata: { step: String(state.step) } });
}

/** The state that `saveCheckpoint` wrote, for the same network. @throws WeightsError on damaged bytes */
export function restoreCheckpoint(network: Network, bytes: Uint8Array): TrainState {
  const { tensors, metadata } = readSafetensors(bytes);
  const count = parameterShapes(network).length;
  const all = Array.from({ length: tensors.size }, (_, index) => {
    const { data, shape } = tensors.get(`state.${index}`)!;
    return tf.tensor(data, shape);
  });
  // Weights, then as many lists of the same shapes as the optimiser remembers, then the weighting's scalar.
  const lists = Array.from({ length: (all.length - 1) / count }, (_, list) =>
    all.slice(list * count, (list + 1) * count),
  );
  const [weights, ...optimizer] = lists as [tf.Tensor[], ...tf.Tensor[][]];
  return { step: Number(metadata['step']), weights, optimizer, weighting: all.at(-1) as tf.Scalar };
}
