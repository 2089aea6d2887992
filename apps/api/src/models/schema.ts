import { ExportKind, ObservationContract } from '@distiller/distillation/spec';
import { COMPUTED_ALIASES, type Lineage as LineageGraph, type ModelRow } from '@distiller/storage';
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
    name: z.string().nullable(),
    version: z.int().nullable().describe('counts the models of that name, from 1'),
    aliases: z.array(z.string()).describe('that were given to it; `best` and `latest` follow from the versions'),
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
    name: row.name,
    version: row.version,
    aliases: row.aliases,
    observation: row.observation,
    contract_hash: row.contractHash,
    actions: row.actions,
    student: row.layerTable,
    metrics: row.metrics,
    files: row.files.map(toStoredFile),
    created_at: row.createdAt.toISOString(),
  });
}

export const Alias = z
  .string()
  .max(64)
  .regex(/^(?:[a-z]|\d+[a-z._-])[a-z0-9._-]*$/, 'as names are, and more than digits')
  .refine((alias) => !(COMPUTED_ALIASES as readonly string[]).includes(alias), {
    error: `${COMPUTED_ALIASES.join(' and ')} follow from the versions`,
  });

export const Lineage = z
  .object({
    nodes: z
      .array(
        z.object({
          id: z.string(),
          kind: z.enum(['model', 'job', 'teacher', 'rollouts', 'labels']),
          name: z.string().nullable(),
          sha256: Sha256.nullable().describe('of its bytes: weights, recorded play, labels, the file that a job reads'),
          created_at: z.iso.datetime(),
          data: z.record(z.string(), z.unknown()).describe('what else is known of it: seed, spec, versions, frames …'),
        }),
      )
      .describe('each thing once, the model first'),
    edges: z.array(
      z.object({
        from: z.string(),
        to: z.string().describe('made by or with `from`'),
        role: z.enum(['made', 'teacher', 'rollouts', 'labels', 'student', 'sweep']),
      }),
    ),
    is_whole: z.boolean().describe('false: there is more, further back'),
  })
  .meta({ id: 'Lineage' });

export function toLineage({ nodes, edges, isWhole }: LineageGraph): z.infer<typeof Lineage> {
  return {
    nodes: nodes.map(({ createdAt, ...node }) => ({ ...node, created_at: createdAt.toISOString() })),
    edges,
    is_whole: isWhole,
  };
}
