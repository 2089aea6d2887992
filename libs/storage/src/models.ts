import { type Database, json, type Transaction } from './database.ts';
import { type Prisma } from './generated/client.ts';
import { newId } from './identifiers.ts';
import { type NewJobFile, toFile } from './job-files.ts';
import { EVERYBODY, type Maker, type Owner } from './owner.ts';
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
  files: ModelFile[];
}

export interface ModelRow {
  id: string;
  projectId: string;
  jobId: string;
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

export function createModels(database: Database, { where }: Owner = EVERYBODY): Models {
  return {
    get: async (id) => {
      const found = await database.model.findUnique({ where: { id, ...where }, include });
      return found && toRow(found);
    },
    list: async (page) =>
      toPage(await database.model.findMany({ ...pageArguments({ ...page, ...where }), include }), page.limit, toRow),
  };
}

/** @returns the new model's id */
export async function insertModel(
  transaction: Transaction,
  { jobId, projectId }: Maker,
  model: NewModel,
): Promise<string> {
  for (const file of model.files) await recordArtifact(transaction, file);
  const { observation, layerTable, metrics, files, ...plain } = model;
  const created = await transaction.model.create({
    data: {
      ...plain,
      id: newId('model'),
      projectId,
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
