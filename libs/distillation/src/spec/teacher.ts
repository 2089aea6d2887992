import {
  Architecture,
  ArchitectureError,
  type LayerTable,
  layerTable,
  resolveLayers,
} from '@distiller/policies/description';
import { TeacherFormat } from '@distiller/policies/formats';
import { z } from 'zod';
import { ObservationContract } from './observation-contract.ts';
import { ResourceName, UploadReference } from './resource.ts';
import { SpecError } from './spec-error.ts';

/** What POST /v1/teachers takes; the file was uploaded beforehand. */
export const TeacherInput = z
  .strictObject({
    name: ResourceName,
    observation: ObservationContract,
    actions: z.array(z.string().min(1).max(32)).min(2).max(18).describe('meaning of each logit, in order'),
    architecture: Architecture.optional().describe('of a file that holds weights only; read from any other file'),
    weights: UploadReference.extend({
      format: TeacherFormat.default('safetensors').describe('what wrote the file'),
      temperature: z
        .number()
        .positive()
        .max(1e6)
        .default(1)
        .describe('logits are divided by it: a Q-network becomes the policy softmax(Q / temperature)'),
    }),
    reference: UploadReference.optional().describe(
      'safetensors with `observations` (uint8) [n, height, width, stack] and the `logits` [n, actions] that the policy must give on them',
    ),
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
