import { type NamedTensor, readSafetensors, writeSafetensors } from '@distiller/policies';
import { type TrainState } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';

/** All of a training state as one safetensors file; random numbers need no place in it, for they follow from seed and step. */
export async function saveCheckpoint({ step, weights, optimizer, weighting }: TrainState): Promise<Uint8Array> {
  const tensors = new Map<string, NamedTensor>();
  for (const [role, list] of Object.entries({ weights, optimizer, weighting }))
    for (const [index, tensor] of list.entries())
      tensors.set(`${role}.${index}`, {
        dtype: 'F32',
        shape: tensor.shape,
        data: (await tensor.data()) as Float32Array,
      });
  return writeSafetensors({ tensors, metadata: { step: String(step) } });
}

/** The state that `saveCheckpoint` wrote. @throws WeightsError on damaged bytes */
export function restoreCheckpoint(bytes: Uint8Array): TrainState {
  const { tensors, metadata } = readSafetensors(bytes);
  const list = (role: string) => {
    const count = [...tensors.keys()].filter((name) => name.startsWith(`${role}.`)).length;
    return Array.from({ length: count }, (_, index) => {
      const { data, shape } = tensors.get(`${role}.${index}`)!;
      return tf.tensor(data, shape);
    });
  };
  return {
    step: Number(metadata['step']),
    weights: list('weights'),
    optimizer: list('optimizer') as tf.Tensor2D[],
    weighting: list('weighting') as tf.Scalar[],
  };
}
