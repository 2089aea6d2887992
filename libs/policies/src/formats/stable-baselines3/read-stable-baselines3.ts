import { type Archive, openArchive } from '../archive.ts';
import { FormatError, type ImportedPolicy, type ImportRequest } from '../imported.ts';
import { readDescribed, readModules, type ReadTensors } from '../torch/described.ts';
import { tensorsIn } from '../torch/modules.ts';
import { denseLayers, NATURE_REMARK, natureConvolutions } from '../torch/nature-layers.ts';
import { stateDict } from '../torch/state-dict.ts';
import { readTorchFile } from '../torch/torch-file.ts';
import { meanOverQuantiles } from './mean-over-quantiles.ts';
import { type PolicyParts, policyParts } from './policy-parts.ts';
import { readSavedData, type SavedData } from './saved-data.ts';

const POLICY = 'policy.pth';
/** The bounds of the observations and the last of them, base64: 2 MB for 84×84×4 and 16 environments. */
const MAX_DATA_BYTES = 16_000_000;

/**
 * What `model.save()` of Stable-Baselines3 and sb3-contrib writes, of PPO, A2C, DQN, QR-DQN and what is built as they are. Of
 * the zip file's entries only policy.pth is read, and of `data` what is plain JSON; the pickles in it are left alone.
 *
 * A CnnPolicy with the standard NatureCNN needs no description. Q-values are read as logits.
 * @throws FormatError
 */
export async function readStableBaselines3(request: ImportRequest): Promise<ImportedPolicy> {
  const archive = await openArchive(request.bytes);
  if (!archive.names.includes(POLICY))
    throw new FormatError(POLICY, 'the zip file has no policy.pth, so it is not what model.save() writes');
  const data = readSavedData(await archive.read('data', MAX_DATA_BYTES), request);
  const { tensors } = stateDict(await readTorchFile(await archive.read(POLICY), POLICY), POLICY);
  const parts = policyParts(tensors);
  const read = await readParts(folded(parts, request), data, request);
  const remarks = [...(await version(archive)), ...parts.remarks, ...read.remarks, ...data.remarks];
  return { ...read, inputScale: data.normalizesImages ? '1/255' : null, remarks };
}

/** The mean of a quantile network's outputs is its Q-value, which is linear in them. */
function folded(parts: PolicyParts, { actions }: ImportRequest): PolicyParts {
  if (parts.kind !== 'quantile') return parts;
  const [last, ...before] = parts.dense.toReversed();
  return { ...parts, dense: last ? [...before.reverse(), meanOverQuantiles(last, actions)] : [] };
}

async function readParts(parts: PolicyParts, data: SavedData, request: ImportRequest): Promise<ReadTensors> {
  const { architecture } = request;
  const modules = [...parts.convolutions, ...parts.features, ...parts.dense];
  if (architecture) return await readDescribed(tensorsIn(modules), { ...request, architecture }, { ordered: true });
  if (data.customExtractor)
    throw new FormatError(
      'architecture',
      `the features extractor is ${data.customExtractor}, not NatureCNN: say which architecture it is`,
    );
  const activation = data.activation ?? { kind: parts.kind === 'actor' ? 'tanh' : 'relu' };
  const layers = [
    ...natureConvolutions(parts.convolutions),
    ...denseLayers(parts.features, RELU),
    RELU,
    ...denseLayers(parts.dense, activation),
  ];
  const remark =
    parts.dense.length > 1 && !data.activation
      ? [`${activation.kind} after hidden layers: the default of the policy`]
      : [];
  return { layers, weights: await readModules(layers, modules, request), remarks: [NATURE_REMARK, ...remark] };
}

const RELU = { kind: 'relu' } as const;

async function version(archive: Archive): Promise<string[]> {
  const entry = '_stable_baselines3_version';
  if (!archive.names.includes(entry)) return [];
  const text = new TextDecoder().decode((await archive.read(entry)).subarray(0, 32)).trim();
  return /^[\w.+-]+$/.test(text) ? [`saved by Stable-Baselines3 ${text}`] : [];
}
