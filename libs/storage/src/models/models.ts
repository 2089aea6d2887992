import { type Database, json, type Transaction } from '../database.ts';
import { ModelInUseError } from '../errors.ts';
import { newId } from '../identifiers.ts';
import { EVERYBODY, type Maker, type Owner } from '../owner.ts';
import { type Page, pageArguments, type PageRequest, toPage } from '../page.ts';
import { recordArtifact } from '../uploads.ts';
import { tellOfModel } from '../webhooks/model-data.ts';
import { type ModelFile, modelInclude as include, type ModelRow, toModelRow } from './model-row.ts';
import { resolveModel } from './model-reference.ts';
import { nameModel } from './name-model.ts';

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
  /** Of which it becomes the next version. */
  name?: string | undefined;
}

interface ModelFilter extends PageRequest {
  name?: string | undefined;
  contractHash?: string | undefined;
  /** Of the teacher, by id or name. */
  teacher?: string | undefined;
}

export interface Models {
  /** @param reference see `resolveModel` */
  get(reference: string): Promise<ModelRow | null>;
  list(filter: ModelFilter): Promise<Page<ModelRow>>;
  /** Makes it the next version of the name, unless it has a name; null: there is no such model. */
  name(id: string, name: string): Promise<ModelRow | null>;
  /** Lets the alias mean that version, whatever it meant before, from one moment to the next. */
  moveAlias(row: ModelRow, alias: string): Promise<void>;
  /** @returns whether there was one */
  removeAlias(name: string, alias: string): Promise<boolean>;
  /** Its files go; lineage goes on telling of it. @throws ModelInUseError */
  delete(id: string): Promise<void>;
}

export function createModels(database: Database, owner: Owner = EVERYBODY): Models {
  const get = async (reference: string) => {
    const id = await resolveModel(database, reference, owner);
    const found = id === undefined ? null : await database.model.findUnique({ where: { id }, include });
    return found && toModelRow(found);
  };
  return {
    get,
    list: async ({ name, contractHash, teacher, ...page }) => {
      const { where, ...rest } = pageArguments({ ...page, ...owner.where });
      const filter = {
        ...where,
        deletedAt: null,
        ...(name !== undefined && { name: { name } }),
        ...(contractHash !== undefined && { contractHash }),
        ...(teacher !== undefined && { job: { teacher: { OR: [{ id: teacher }, { name: teacher }] } } }),
      };
      return toPage(await database.model.findMany({ ...rest, where: filter, include }), page.limit, toModelRow);
    },
    name: async (id, name) => {
      await database.$transaction(async (transaction) => {
        // Of two calls that name the same model, the second waits here.
        await transaction.$queryRaw`SELECT id FROM models WHERE id = ${id} FOR UPDATE`;
        const unnamed = await transaction.model.findUnique({
          where: { id, deletedAt: null, nameId: null, ...owner.where },
          select: { id: true, projectId: true },
        });
        if (unnamed) await nameModel(transaction, unnamed, name);
      });
      return get(id);
    },
    moveAlias: async ({ id, projectId, name }, alias) => {
      const ofName = { projectId_name: { projectId, name: name ?? '' } };
      const { id: nameId } = await database.modelName.findUniqueOrThrow({ where: ofName });
      const moved = { modelId: id, movedAt: new Date() };
      const where = { nameId_alias: { nameId, alias } };
      await database.modelAlias.upsert({ where, create: { nameId, alias, ...moved }, update: moved });
    },
    removeAlias: async (name, alias) =>
      (await database.modelAlias.deleteMany({ where: { alias, name: { name, ...owner.where } } })).count > 0,
    delete: (id) => deleteModel(database, id, owner),
  };
}

async function deleteModel(database: Database, id: string, { where }: Owner): Promise<void> {
  if ((await database.model.count({ where: { id, ...where } })) === 0) return;
  await database.$transaction(async (transaction) => {
    await transaction.$queryRaw`SELECT id FROM models WHERE id = ${id} FOR UPDATE`;
    const alias = await transaction.modelAlias.findFirst({ where: { modelId: id }, select: { alias: true } });
    if (alias) throw new ModelInUseError(`the alias '${alias.alias}' means it`);
    const unfinished = { studentId: id, finishedAt: null };
    const job = await transaction.job.findFirst({ where: unfinished, select: { id: true } });
    if (job) throw new ModelInUseError(`${job.id}, which has not ended, needs it`);
    await transaction.modelFile.deleteMany({ where: { modelId: id } });
    await transaction.model.update({ where: { id }, data: { deletedAt: new Date() } });
  });
}

/** @returns the new model's id */
export async function insertModel(
  transaction: Transaction,
  { jobId, projectId }: Maker,
  model: NewModel,
): Promise<string> {
  for (const file of model.files) await recordArtifact(transaction, file);
  const { observation, layerTable, metrics, files, name, ...plain } = model;
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
  if (name !== undefined) await nameModel(transaction, created, name);
  await tellOfModel(transaction, created);
  return created.id;
}
