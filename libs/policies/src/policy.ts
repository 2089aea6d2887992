import { forward, type Network, output, parameterShapes, type Weights } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type LayerRow } from './description/layer-table.ts';
import { checkWeights } from './weights/expected-weights.ts';
import { type NamedTensor } from './weights/safetensors.ts';
import { fromTorchLayout, toTorchLayout } from './weights/torch-layout.ts';

/** A network from observations to action logits, with its weights in the engine. */
export interface Policy {
  readonly network: Network;
  readonly weights: Weights;
}

/**
 * Puts weights as they stand on disk into a network.
 * @throws WeightsError when they are not the layers' weights
 */
export function loadWeights(
  rows: readonly LayerRow[],
  network: Network,
  tensors: ReadonlyMap<string, NamedTensor>,
): tf.Tensor[] {
  checkWeights(rows, tensors);
  const values = fromTorchLayout(rows, tensors);
  return parameterShapes(network).map(({ shape }, index) => tf.tensor(values[index]!, [...shape]));
}

/** The weights as they stand on disk. */
export async function saveWeights(rows: readonly LayerRow[], weights: Weights): Promise<Map<string, NamedTensor>> {
  const values = await Promise.all(weights.map((weight) => weight.data()));
  return toTorchLayout(rows, values as Float32Array[]);
}

/** Logits [B, A] of a batch of inputs [B, …inputShape] in [0, 1]. */
export function logits({ network, weights }: Policy, x: tf.Tensor): tf.Tensor2D {
  return tf.tidy(() => output(forward(network, weights, x)) as tf.Tensor2D);
}
