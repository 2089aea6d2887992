import { ObservationContract, TeacherInput, type Verification } from '@distiller/distillation/spec';
import { type TeacherRow } from '@distiller/storage';
import { z } from 'zod';
import { LayerTable } from '../layer-table.ts';
import { Sha256 } from '../uploads/schema.ts';

const { architecture: Architecture, return: MeasuredReturn, weights } = TeacherInput.shape;

/** What can be seen of an import: whoever has the original runs it on the same frames. */
export const VerificationJson = z
  .object({
    frames: z.string().describe('formula of the frames, as [frames, height, width, stack] of bytes'),
    logits: z.array(z.array(z.number())).describe('[frames, actions]'),
    largest_difference: z
      .number()
      .nullable()
      .describe("of the reference's logits, relative to the largest of them; null without a reference"),
    remarks: z.array(z.string()).describe('what was ignored, inferred or changed'),
  })
  .meta({ id: 'Verification' });

export const Teacher = z
  .object({
    id: z.string(),
    name: z.string(),
    observation: ObservationContract,
    contract_hash: Sha256,
    actions: z.array(z.string()),
    architecture: Architecture.unwrap(),
    network: LayerTable,
    weights: z.object({ sha256: Sha256, bytes: z.int() }),
    source: z.object({
      format: weights.shape.format.unwrap(),
      sha256: Sha256.nullable().describe('of the uploaded file'),
    }),
    verification: VerificationJson.nullable(),
    return: MeasuredReturn.unwrap().nullable(),
    provenance: z.string().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Teacher' });

export function verificationJson({ largestDifference, ...rest }: Verification): z.infer<typeof VerificationJson> {
  return { ...rest, largest_difference: largestDifference };
}

export function toTeacher(row: TeacherRow): z.infer<typeof Teacher> {
  return Teacher.parse({
    id: row.id,
    name: row.name,
    observation: row.observation,
    contract_hash: row.contractHash,
    actions: row.actions,
    architecture: row.architecture,
    network: row.layerTable,
    weights: row.weights,
    source: { format: row.format, sha256: row.sourceSha256 },
    verification: row.verification,
    return: row.measuredReturn,
    provenance: row.provenance,
    created_at: row.createdAt.toISOString(),
  });
}
