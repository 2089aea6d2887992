import { type Stored } from './artifact-store/artifact-store.ts';
import { type Database, json, type Transaction } from './database.ts';
import { type Prisma } from './generated/client.ts';
import { newId } from './identifiers.ts';
import { type Page, pageArguments, type PageRequest, toPage } from './page.ts';
import { recordArtifact } from './uploads.ts';

export interface ModelFile extends Stored {
  /** What the client asks for: `student` (the policy) or `reference` (logits to check it against). */
  name: string;
  /** What the downloaded file is called. */
  filename: string;
}

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
      files: { create: files.map(({ name, sha256, filename }) => ({ name, sha256, filename })) },
    },
  });
  return created.id;
}

function toRow({ table, files, ...row }: Found): ModelRow {
  const toFile = ({ name, filename, sha256, artifact }: Found['files'][number]) => ({
    name,
    filename,
    sha256,
    bytes: Number(artifact.bytes),
  });
  return { ...row, layerTable: table, files: files.map(toFile) };
}
