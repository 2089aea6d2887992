import { ExportKind, ObservationContract } from '@distiller/distillation/spec';
import { type ModelRow } from '@distiller/storage';
import { z } from 'zod';
import { Result, StoredFile, toStoredFile } from '../jobs/schema.ts';
import { LayerTable } from '../layer-table.ts';
import { Sha256 } from '../uploads/schema.ts';

export const FileName = z
  .enum(['student', 'reference', ...ExportKind.options, 'card.json', 'card.md'])
  .describe(
    '`student`: the policy as safetensors; `reference`: observations with the logits it must give on them; its exports, where the format has its layers; its card',
  );

export const Model = z
  .object({
    id: z.string(),
    job: z.string(),
    checkpoint_step: z.int().nullable().describe('of the checkpoint that it was made of; null: the end of the job'),
    observation: ObservationContract,
    contract_hash: Sha256,
    actions: z.array(z.string()),
    student: LayerTable.nullable(),
    metrics: Result.describe('on held-out episodes, at the step that the student is of'),
    files: z.array(StoredFile.extend({ name: FileName })),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Model' });

export function toModel(row: ModelRow): z.infer<typeof Model> {
  return Model.parse({
    id: row.id,
    job: row.jobId,
    checkpoint_step: row.checkpointStep,
    observation: row.observation,
    contract_hash: row.contractHash,
    actions: row.actions,
    student: row.layerTable,
    metrics: row.metrics,
    files: row.files.map(toStoredFile),
    created_at: row.createdAt.toISOString(),
  });
}
