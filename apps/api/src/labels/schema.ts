import { type LabelsRow } from '@distiller/storage';
import { z } from 'zod';
import { Sha256 } from '../uploads/schema.ts';

const Reference = z.object({ id: z.string(), name: z.string() });

export const Labels = z
  .object({
    id: z.string(),
    name: z.string(),
    teacher: Reference,
    rollouts: Reference,
    projections: z.record(z.string(), z.unknown()).describe('what is stored besides log-probabilities'),
    frames: z.int(),
    file: z.object({ sha256: Sha256, bytes: z.int() }),
    job: z.string(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Labels' });

export function toLabels({ jobId, createdAt, projections, ...row }: LabelsRow): z.infer<typeof Labels> {
  return Labels.parse({ ...row, projections, job: jobId, created_at: createdAt.toISOString() });
}
