import { type Prisma } from '../generated/client.ts';
import { type NewJobFile, toFile } from '../job-files.ts';

/** `student` is the policy, `reference` logits to check it against; the others are exports and the model's card. */
export type ModelFile = NewJobFile;

export interface ModelRow {
  id: string;
  projectId: string;
  jobId: string;
  /** The checkpoint that it was made of; null: the job's end. */
  checkpointStep: number | null;
  observation: unknown;
  contractHash: string;
  actions: string[];
  layerTable: unknown;
  metrics: unknown;
  files: ModelFile[];
  /** What it is called, with the number that counts the models of that name. */
  name: string | null;
  version: number | null;
  /** Those that were given; `best` and `latest` follow from the versions. */
  aliases: string[];
  createdAt: Date;
}

export const modelInclude = {
  files: { include: { artifact: true }, orderBy: { name: 'desc' } },
  name: { select: { name: true } },
  aliases: { select: { alias: true }, orderBy: { alias: 'asc' } },
} as const;

export function toModelRow(row: Prisma.ModelGetPayload<{ include: typeof modelInclude }>): ModelRow {
  const { id, projectId, jobId, checkpointStep, observation, contractHash, actions, metrics, version, createdAt } = row;
  return {
    ...{ id, projectId, jobId, checkpointStep, observation, contractHash, actions, metrics, version, createdAt },
    layerTable: row.table,
    files: row.files.map(toFile),
    name: row.name?.name ?? null,
    aliases: row.aliases.map(({ alias }) => alias),
  };
}
