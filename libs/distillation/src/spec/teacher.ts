import { readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import {
  Architecture,
  ArchitectureError,
  checkWeights,
  type LayerTable,
  layerTable,
  readSafetensors,
  resolveLayers,
  WeightsError,
} from '@distiller/policies/description';
import { z } from 'zod';
import { contractHash, ObservationContract } from './observation-contract.ts';
import { ResourceName, UploadReference } from './resource.ts';
import { SpecError } from './spec-error.ts';

/** What POST /v1/teachers takes; the weights are a safetensors file uploaded beforehand. */
export const TeacherInput = z
  .strictObject({
    name: ResourceName,
    observation: ObservationContract,
    actions: z.array(z.string().min(1).max(32)).min(2).max(18).describe('meaning of each logit, in order'),
    architecture: Architecture,
    weights: UploadReference,
    return: z
      .strictObject({
        mean: z.number(),
        std: z.number().nonnegative(),
        episodes: z.int().min(1),
        acting: z.enum(['sampled', 'greedy']),
      })
      .optional()
      .describe('measured return of one episode'),
    provenance: z.string().max(2000).optional().describe('how the policy was trained'),
  })
  .meta({ id: 'NewTeacher' });
export type TeacherInput = z.infer<typeof TeacherInput>;

/** More than any safetensors header that is read. */
const MAX_HEADER_BYTES = 2 ** 20;

export interface InspectedTeacher {
  sha256: string;
  contractHash: string;
  table: LayerTable;
}

/**
 * Checks a teacher's description against itself and against its weights file.
 * @throws SpecError whose pointer names the field at fault
 */
export async function inspectTeacher(teacher: TeacherInput, path: string): Promise<InspectedTeacher> {
  const table = resolveTable(teacher.architecture, teacher.observation, teacher.actions.length, '/architecture');
  await requireSize(path, table);
  const bytes = await readFile(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (teacher.weights.sha256 !== undefined && teacher.weights.sha256 !== sha256) {
    throw new SpecError('weights_hash_mismatch', '/weights/sha256', `the uploaded weights have sha256 ${sha256}`);
  }
  try {
    checkWeights(table.rows, readSafetensors(bytes).tensors);
  } catch (error) {
    if (error instanceof WeightsError) throw new SpecError('weights_invalid', '/weights', error.message);
    throw error;
  }
  return { sha256, contractHash: contractHash(teacher.observation), table };
}

/** A file is read into memory only where it can be what it should be: 4 bytes a parameter and a header. */
async function requireSize(path: string, { parameters }: LayerTable): Promise<void> {
  const { size } = await stat(path);
  if (size <= 4 * parameters + MAX_HEADER_BYTES) return;
  throw new SpecError('weights_invalid', '/weights', `${size} bytes are too many for ${parameters} parameters`);
}

/** Layer table of an architecture under a contract. @throws SpecError pointing below `pointer` at the layer that does not fit */
export function resolveTable(
  architecture: Architecture,
  contract: ObservationContract,
  actions: number,
  pointer: string,
): LayerTable {
  const layers = resolveLayers(architecture, actions);
  try {
    return layerTable(layers, [contract.height, contract.width, contract.stack], actions);
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    const field = architecture.layers ? `/layers/${error.index}/${error.field}` : '/preset';
    throw new SpecError('architecture_invalid', pointer + field, error.message);
  }
}
