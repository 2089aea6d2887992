import { z } from 'zod';
import { openArchive } from '../archive.ts';
import { FormatError, type ImportedPolicy, type ImportRequest } from '../imported.ts';
import { parseJson, parseModelConfig } from '../keras-layers/model-config.ts';
import { readModel } from '../keras-layers/read-model.ts';
import { type StoredTensor, type WeightSource } from '../keras-layers/weight-source.ts';
import { Manifest, readShards } from './shards.ts';

const ModelFile = z.object({
  modelTopology: z.record(z.string(), z.unknown()),
  format: z.string().optional(),
  weightsManifest: Manifest,
});

/**
 * A policy out of a zip file of a TensorFlow.js layers model: model.json and the files of weights that it names.
 * @throws FormatError naming the entry, layer or tensor at fault
 */
export async function readTfjs(request: ImportRequest): Promise<ImportedPolicy> {
  const archive = await openArchive(request.bytes);
  const name = modelFile(archive.names);
  const parsed = ModelFile.safeParse(parseJson(await archive.read(name), name));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new FormatError(name, `is no model of TensorFlow.js: ${path.join('/')}: ${message}`);
  }
  const { modelTopology: topology, format, weightsManifest } = parsed.data;
  if (format === 'graph-model' || 'node' in topology)
    throw new FormatError(
      name,
      'is a graph model: only layers models tell their layers; convert it with --output_format=tfjs_layers_model',
    );
  // Converters put Keras' own description around it.
  const model = parseModelConfig(topology['model_config'] ?? topology, name);
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  const tensors = await readShards(weightsManifest, (path) => archive.read(folder + path));
  return readModel(model, byName(tensors), request);
}

function modelFile(names: readonly string[]): string {
  const found = names.filter((name) => /(^|\/)model\.json$/.test(name));
  if (found.length === 1) return found[0]!;
  throw new FormatError(
    'model.json',
    found.length === 0 ? 'the archive has no such file' : 'the archive has several such files',
  );
}

/** layer/kernel; converters may put the layer's name twice, and :0 behind. */
function byName(tensors: ReadonlyMap<string, StoredTensor>): WeightSource {
  const known = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    const parts = name.replace(/:0$/, '').split('/');
    known.set(`${parts[0]}/${parts.at(-1)}`, tensor);
    known.set(`${parts.slice(0, -1).join('/')}/${parts.at(-1)}`, tensor);
  }
  return { find: (layer, role) => known.get(`${layer.name}/${role}`) };
}
