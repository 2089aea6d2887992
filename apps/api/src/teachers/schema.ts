import { ObservationContract, TeacherInput } from '@distiller/distillation/spec';
import { type TeacherRow } from '@distiller/storage';
import { z } from 'zod';
import { LayerTable } from '../layer-table.ts';
import { Sha256 } from '../uploads/schema.ts';

const { architecture: Architecture, return: MeasuredReturn } = TeacherInput.shape;

export const Teacher = z
  .object({
    id: z.string(),
    name: z.string(),
    observation: ObservationContract,
    contract_hash: Sha256,
    actions: z.array(z.string()),
    architecture: Architecture,
    network: LayerTable,
    weights: z.object({ sha256: Sha256, bytes: z.int() }),
    return: MeasuredReturn.unwrap().nullable(),
    provenance: z.string().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Teacher' });

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
    return: row.measuredReturn,
    provenance: row.provenance,
    created_at: row.createdAt.toISOString(),
  });
}
