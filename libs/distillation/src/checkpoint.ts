import { type NamedTensor, readSafetensors, writeSafetensors } from '@distiller/policies';
import { type TrainState } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { NOTHING_SEEN, Watch } from './watch.ts';

/** What evaluations have shown, and the weights that did best where they shall be kept. */
export interface Seen {
  watch: Watch;
  best: NamedTensor[] | null;
}

/** All of a training state as one safetensors file; random numbers need no place in it, for they follow from seed and step. */
export async function saveCheckpoint(
  { step, weights, optimizer, weighting }: TrainState,
  { watch, best }: Seen = { watch: NOTHING_SEEN, best: null },
): Promise<Uint8Array> {
  const tensors = new Map<string, NamedTensor>();
  const memories = optimizer.map((memory, index): [string, readonly tf.Tensor[]] => [`optimizer.${index}`, memory]);
  const roles = { weights, ...Object.fromEntries(memories), weighting };
  for (const [role, list] of Object.entries(roles))
    for (const [index, tensor] of list.entries())
      tensors.set(`${role}.${index}`, {
        dtype: 'F32',
        shape: tensor.shape,
        data: (await tensor.data()) as Float32Array,
      });
  for (const [index, tensor] of (best ?? []).entries()) tensors.set(`best.${index}`, tensor);
  return writeSafetensors({ tensors, metadata: { step: String(step), watch: JSON.stringify(watch) } });
}

/** What `saveCheckpoint` wrote beside the state; one from an older version has seen nothing. */
export function restoreSeen(bytes: Uint8Array): Seen {
  const { tensors, metadata } = readSafetensors(bytes);
  const best = [...tensors.keys()].filter((name) => name.startsWith('best.'));
  const watch = metadata['watch'] === undefined ? NOTHING_SEEN : Watch.parse(JSON.parse(metadata['watch']));
  return { watch, best: best.length > 0 ? best.map((_, index) => tensors.get(`best.${index}`)!) : null };
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
  const memories = new Set([...tensors.keys()].flatMap((name) => /^optimizer\.\d+/.exec(name)?.[0] ?? []));
  return {
    step: Number(metadata['step']),
    weights: list('weights'),
    optimizer: [...memories].sort().map(list),
    weighting: list('weighting') as tf.Scalar[],
  };
}
