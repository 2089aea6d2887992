import * as tf from '@tensorflow/tfjs-core';
import { layerTable, type NamedTensor } from '../description/index.ts';
import { buildNetwork } from '../network.ts';
import { loadWeights, logits } from '../policy.ts';
import { type ImportedPolicy } from './imported.ts';

/** Logits [n, actions] of an imported policy on bytes [n, height, width, stack], computed by the tensor engine. */
export function engineLogits(
  { layers, weights }: ImportedPolicy,
  observations: NamedTensor,
  actions: number,
): tf.Tensor2D {
  const [count, ...inputShape] = observations.shape as [number, number, number, number];
  const { rows } = layerTable(layers, inputShape, actions);
  const network = buildNetwork(rows);
  const policy = { network, weights: loadWeights(rows, network, weights) };
  return tf.tidy(() => {
    const bytes = tf.tensor4d(Float32Array.from(observations.data), [count, ...inputShape] as [
      number,
      number,
      number,
      number,
    ]);
    return logits(policy, tf.div(bytes, 255));
  });
}
