import { ObservationContract } from '@distiller/distillation/spec';
import { type RolloutsRow } from '@distiller/storage';
import { z } from 'zod';
import { Sha256 } from '../uploads/schema.ts';

export const Rollouts = z
  .object({
    id: z.string(),
    name: z.string(),
    observation: ObservationContract,
    contract_hash: Sha256,
    actions: z.array(z.string()),
    frames: z.int(),
    episodes: z.int(),
    mean_return: z.number(),
    file: z.object({ sha256: Sha256, bytes: z.int() }),
    source: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('who played, or which file was imported; null for an uploaded file'),
    job: z.string().nullable().describe('id of the job that has made them'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Rollouts' });

export function toRollouts(row: RolloutsRow): z.infer<typeof Rollouts> {
  return {
    id: row.id,
    name: row.name,
    observation: ObservationContract.parse(row.observation),
    contract_hash: row.contractHash,
    actions: row.actions,
    frames: row.frames,
    episodes: row.episodes,
    mean_return: row.meanReturn,
    file: row.file,
    source: row.source as Record<string, unknown> | null,
    job: row.jobId,
    created_at: row.createdAt.toISOString(),
  };
}
