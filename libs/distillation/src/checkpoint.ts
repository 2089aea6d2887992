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
  const all = Array.from({ length: 3 * count + 1 }, (_, index) => {
    const { data, shape } = tensors.get(`state.${index}`)!;
    return tf.tensor(data, shape);
  });
  const [weights, first, second] = [0, 1, 2].map((part) => all.slice(part * count, (part + 1) * count));
  return {
    step: Number(metadata['step']),
    weights: weights!,
    optimizer: { first: first!, second: second! },
    weighting: all.at(-1) as tf.Scalar,
  };
}
