import { type LayerRow } from '../../description/layer-table.ts';
import { expectedWeights } from '../../weights/expected-weights.ts';
import { fromTorchLayout } from '../../weights/torch-layout.ts';
import { type ExportedFile, type ExportRequest } from '../exported-file.ts';
import { storeZip } from '../zip.ts';
import { addLayers } from './add-layer.ts';
import { createModel, type KerasWeight, type ModelBuilder, modelJson } from './layers-model.ts';

const SHARD = 'group1-shard1of1.bin';

/**
 * A LayersModel for `tf.loadLayersModel` (tfjs 4 or later): a zip of model.json and its one file of weights. It takes
 * [n, height, width, stack] of 0–255, as the ONNX export does, scales within, and gives logits [n, actions]. The metadata stand
 * in the model's userDefinedMetadata.
 */
export function writeTfjs({ rows, weights, scale, metadata }: ExportRequest): ExportedFile {
  const model = createModel();
  const input = addInput(model, rows[0]!.inputShape);
  const output = addLayers(rows, model, addScaling(model, input, scale));
  const stored = kerasWeights(rows, weights);
  const json = modelJson({ layers: model.layers, input, output }, stored, { shard: SHARD, metadata });
  const shard = Buffer.concat(
    stored.map(([, , data]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
  const bytes = storeZip(
    new Map<string, Uint8Array | string>([
      ['model.json', json],
      [SHARD, new Uint8Array(shard)],
    ]),
  );
  return { suffix: '.tfjs.zip', mediaType: 'application/zip', bytes };
}

function addInput(model: ModelBuilder, shape: readonly number[]): string {
  const config = { batch_input_shape: [null, ...shape], sparse: false };
  return model.add({ type: 'InputLayer', name: 'observations', inputs: [], config });
}

function addScaling(model: ModelBuilder, input: string, scale: ExportRequest['scale']): string {
  if (scale === '1') return input;
  return model.add({ type: 'Rescaling', name: 'pixels', inputs: [input], config: { scale: 1 / 255, offset: 0 } });
}

/** Keras' layout is the engine's. */
function kerasWeights(rows: readonly LayerRow[], weights: ExportRequest['weights']): KerasWeight[] {
  const values = fromTorchLayout(rows, weights);
  const norms = layerNorms(rows);
  return expectedWeights(rows).map(({ name, shape }, index) => {
    const [layer, part] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)];
    const parts = norms.has(layer) ? { weight: 'gamma', bias: 'beta' } : { weight: 'kernel', bias: 'bias' };
    return [`${layer}/${parts[part as 'weight' | 'bias']}`, kerasShape(shape), values[index]!];
  });
}

function layerNorms(rows: readonly LayerRow[]): Set<string> {
  const all = rows.flatMap((row) => [row, ...(row.inner ?? [])]);
  return new Set(all.filter(({ spec }) => spec.kind === 'layer-norm').map(({ name }) => name));
}

/** [filters, channels, height, width] → [height, width, channels, filters]; of an image, channels go last; of a matrix, both change. */
function kerasShape(shape: readonly number[]): number[] {
  if (shape.length === 3) return [shape[1]!, shape[2]!, shape[0]!];
  if (shape.length === 4) return [shape[2]!, shape[3]!, shape[1]!, shape[0]!];
  return [...shape].reverse();
}
