import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import {
  type Architecture,
  type LayerTable,
  type NamedTensor,
  readSafetensors,
  WeightsError,
  writeSafetensors,
} from '@distiller/policies/description';
import { FormatError, importPolicy, type ImportedPolicy } from '@distiller/policies/formats';
import { contractHash } from './observation-contract.ts';
import { SpecError } from './spec-error.ts';
import { resolveTable, type TeacherInput } from './teacher.ts';
import { type ReferenceAnswers, type Verification, verify } from './verification.ts';

/** The largest file that is read into memory: ten times the largest policy that is taken. */
const MAX_FILE_BYTES = 2 ** 30;
/** A reference's observations and logits. */
const MAX_REFERENCE_BYTES = 2 ** 27;

export interface InspectedTeacher {
  /** Of the uploaded file. */
  sha256: string;
  contractHash: string;
  architecture: Architecture;
  table: LayerTable;
  /** Our safetensors file of it; undefined where the uploaded file is that already. */
  weights: Uint8Array | undefined;
  verification: Verification;
}

export interface TeacherPaths {
  weights: string;
  reference?: string | undefined;
}

/**
 * Reads a teacher's file, whatever wrote it, and checks it against its description and against itself.
 * @throws SpecError whose pointer names the field at fault
 */
export async function inspectTeacher(teacher: TeacherInput, paths: TeacherPaths): Promise<InspectedTeacher> {
  const { observation, actions } = teacher;
  const given = teacher.architecture;
  const described = given && resolveTable(given, observation, actions.length, '/architecture');
  const bytes = await readWhole(paths.weights, MAX_FILE_BYTES, '/weights');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const imported = await readPolicy(teacher, bytes);
  const architecture = given ?? { layers: imported.layers };
  const table = described ?? resolveTable(architecture, observation, actions.length, '/weights');
  requireStatedScale(teacher, imported);
  const { weights } = imported;
  const answers = await referenceAnswers(teacher, paths.reference, imported);
  const verification = verify({ rows: table.rows, weights, scale: observation.scale }, imported.remarks, answers);
  const isOurs = teacher.weights.format === 'safetensors' && sameTensors(bytes, weights);
  return {
    sha256,
    contractHash: contractHash(observation),
    architecture,
    table,
    weights: isOurs ? undefined : writeSafetensors({ tensors: new Map(weights), metadata: { format: 'pt' } }),
    verification,
  };
}

async function readPolicy(
  { weights: { format, temperature }, architecture, observation, actions }: TeacherInput,
  bytes: Uint8Array,
): Promise<ImportedPolicy> {
  const { height, width, stack } = observation;
  try {
    return await importPolicy(format, {
      bytes,
      input: [height, width, stack],
      actions: actions.length,
      temperature,
      ...(architecture && { architecture }),
    });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const pointer = error.where === 'architecture' ? '/architecture' : '/weights';
    throw new SpecError('weights_invalid', pointer, `${error.where}: ${error.message}`);
  }
}

/** A network that divides by 255 itself must not be said to see bytes: that is refused, and never corrected in silence. */
function requireStatedScale({ observation }: TeacherInput, { inputScale }: ImportedPolicy): void {
  if (inputScale === null || inputScale === observation.scale) return;
  throw new SpecError(
    'contract_mismatch',
    '/observation/scale',
    `the file's network divides by 255 itself, so that its layers see pixels in [0, 1]: scale '${inputScale}'`,
  );
}

async function referenceAnswers(
  { reference }: TeacherInput,
  path: string | undefined,
  imported: ImportedPolicy,
): Promise<ReferenceAnswers | undefined> {
  if (!reference || path === undefined) return imported.reference;
  const bytes = await readWhole(path, MAX_REFERENCE_BYTES, '/reference');
  try {
    const { tensors } = readSafetensors(bytes);
    const [observations, logits] = [tensors.get('observations'), tensors.get('logits')];
    if (observations && logits) return { observations, logits };
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    throw new SpecError('reference_invalid', '/reference', error.message);
  }
  throw new SpecError('reference_invalid', '/reference', 'the file has not both `observations` and `logits`');
}

/** A file is read into memory only where it can be what it should be. */
async function readWhole(path: string, maxBytes: number, pointer: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size <= maxBytes) return readFile(path);
  throw new SpecError('weights_invalid', pointer, `${size} bytes are more than the ${maxBytes} that are read`);
}

/** Whether the file holds these very tensors under these very names. */
function sameTensors(bytes: Uint8Array, weights: ReadonlyMap<string, NamedTensor>): boolean {
  const tensors = ownTensors(bytes);
  return (
    tensors.size === weights.size &&
    [...weights].every(([name, { data }]) => tensors.get(name)?.data.every((value, index) => value === data[index]))
  );
}

/** Nothing where the file has tensors of kinds that ours never have. */
function ownTensors(bytes: Uint8Array): ReadonlyMap<string, NamedTensor> {
  try {
    return readSafetensors(bytes).tensors;
  } catch (error) {
    if (error instanceof WeightsError) return new Map();
    throw error;
  }
}
