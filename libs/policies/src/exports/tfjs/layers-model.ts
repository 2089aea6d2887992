import { type NamedTensor } from '../../weights/safetensors.ts';

/** One layer of a Keras functional model, and the layers whose outputs it takes. */
export interface KerasLayer {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  inbound_nodes: [string, 0, 0, Record<string, never>][][];
}

/** A model as it grows, front to back. */
export interface ModelBuilder {
  layers: KerasLayer[];
  /** Appends a layer; returns its name. */
  add(layer: { type: string; name: string; inputs: readonly string[]; config?: Record<string, unknown> }): string;
}

export function createModel(): ModelBuilder {
  const layers: KerasLayer[] = [];
  return {
    layers,
    add({ type, name, inputs, config = {} }) {
      const nodes = inputs.map((input): [string, 0, 0, Record<string, never>] => [input, 0, 0, {}]);
      const full = { name, trainable: true, dtype: 'float32', ...config };
      layers.push({ class_name: type, name, config: full, inbound_nodes: nodes.length ? [nodes] : [] });
      return name;
    },
  };
}

/** Name, shape and numbers of a weight in Keras' layout. */
export type KerasWeight = readonly [name: string, shape: readonly number[], data: NamedTensor['data']];

/** model.json, whose weights lie in `shard`. */
export function modelJson(
  model: { layers: readonly KerasLayer[]; input: string; output: string },
  weights: readonly KerasWeight[],
  { shard, metadata }: { shard: string; metadata: Readonly<Record<string, string>> },
): string {
  const { layers, input, output } = model;
  const config = { name: 'policy', layers, input_layers: [[input, 0, 0]], output_layers: [[output, 0, 0]] };
  return JSON.stringify({
    format: 'layers-model',
    generatedBy: 'sobolev-distiller',
    convertedBy: null,
    modelTopology: { class_name: 'Model', config, keras_version: '2.15.0', backend: 'tensorflow' },
    weightsManifest: [{ paths: [shard], weights: weights.map(([name, shape]) => ({ name, shape, dtype: 'float32' })) }],
    userDefinedMetadata: metadata,
  });
}
