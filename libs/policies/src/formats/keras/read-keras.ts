import { openArchive, isZip } from '../archive.ts';
import { FormatError, type ImportedPolicy, type ImportRequest } from '../imported.ts';
import { parseJson, parseModelConfig } from '../keras-layers/model-config.ts';
import { readModel } from '../keras-layers/read-model.ts';
import { readDescribed } from './described.ts';
import { readHdf5 } from './hdf5.ts';
import { byLayerName, byPosition } from './weights.ts';

const WEIGHTS = 'model.weights.h5';

/**
 * A policy out of a file of Keras: a .keras archive, a whole model as HDF5, or weights as HDF5 with the architecture that they
 * belong to.
 * @throws FormatError naming the entry, layer or tensor at fault
 */
export async function readKeras(request: ImportRequest): Promise<ImportedPolicy> {
  if (isZip(request.bytes)) return readArchive(request);
  const file = await readHdf5(request.bytes, 'file');
  if (file.modelConfig !== undefined) {
    const model = parseModelConfig(parseJson(file.modelConfig, 'model_config'), 'model_config');
    return readModel(model, byLayerName(file), request);
  }
  if (request.architecture) return readDescribed(file, request.architecture, request);
  throw new FormatError('file', 'holds weights only: an architecture must be given with it');
}

async function readArchive(request: ImportRequest): Promise<ImportedPolicy> {
  const archive = await openArchive(request.bytes);
  const model = parseModelConfig(parseJson(await archive.read('config.json'), 'config.json'), 'config.json');
  const file = await readHdf5(await archive.read(WEIGHTS), WEIGHTS);
  return readModel(model, byPosition(file, model), request);
}
