import { type Database, json, type Transaction } from './database.ts';
import { type Prisma } from './generated/client.ts';
import { newId } from './identifiers.ts';
import { type NewJobFile, toFile } from './job-files.ts';
import { type Page, pageArguments, type PageRequest, toPage } from './page.ts';
import { recordArtifact } from './uploads.ts';

/** `student` is the policy, `reference` logits to check it against; the others are exports and the model's card. */
export type ModelFile = NewJobFile;

/** What a worker hands over with `jobs.finish`, its files being in the artifact store already. */
export interface NewModel {
  observation: object;
  contractHash: string;
  actions: string[];
  /** The job's. */
  layerTable: unknown;
  metrics: object;
  /** The checkpoint that it is made of, where it is not the job's end. */
  checkpointStep?: number | undefined;
  files: ModelFile[];
}

export interface ModelRow {
  id: string;
  jobId: string;
  /** The checkpoint that it was made of; null: the job's end. */
  checkpointStep: number | null;
  observation: unknown;
  contractHash: string;
  actions: string[];
  layerTable: unknown;
  metrics: unknown;
  files: ModelFile[];
  createdAt: Date;
}

export interface Models {
  get(id: string): Promise<ModelRow | null>;
  list(page: PageRequest): Promise<Page<ModelRow>>;
}

const include = { files: { include: { artifact: true }, orderBy: { name: 'desc' } } } as const;
type Found = Prisma.ModelGetPayload<{ include: typeof include }>;

export function createModels(database: Database): Models {
  return {
    get: async (id) => {
      const found = await database.model.findUnique({ where: { id }, include });
      return found && toRow(found);
    },
    list: async (page) => toPage(await database.model.findMany({ ...pageArguments(page), include }), page.limit, toRow),
  };
}

/** @returns the new model's id */
export async function insertModel(transaction: Transaction, jobId: string, model: NewModel): Promise<string> {
  for (const file of model.files) await recordArtifact(transaction, file);
  const { observation, layerTable, metrics, files, ...plain } = model;
  const created = await transaction.model.create({
    data: {
      ...plain,
      id: newId('model'),
      jobId,
      observation: json(observation),
      table: json(layerTable),
      metrics: json(metrics),
      files: {
        create: files.map(({ name, sha256, filename, mediaType }) => ({ name, sha256, filename, mediaType })),
      },
    },
  });
  return created.id;
}

function toRow({ table, files, ...row }: Found): ModelRow {
  return { ...row, layerTable: table, files: files.map(toFile) };
}
