import { type Database, isUniqueViolation, json, type Transaction } from './database.ts';
import { NameTakenError } from './errors.ts';
import { type Prisma } from './generated/client.ts';
import { type Stored } from './artifact-store/stored.ts';
import { idOrName, referredTo } from './by-reference.ts';
import { freeName } from './free-name.ts';
import { newId } from './identifiers.ts';
import { EVERYBODY, type Maker, type Owner } from './owner.ts';
import { type Page, pageArguments, type PageRequest, toPage } from './page.ts';
import { recordArtifact, takeUpload } from './uploads.ts';

export interface NewRollouts {
  name: string;
  observation: object;
  contractHash: string;
  actions: string[];
  frames: number;
  episodes: number;
  meanReturn: number;
}

/** What a job hands over that has recorded or imported them. */
export interface MadeRollouts extends NewRollouts {
  file: Stored;
  /** Who played, or which file was imported. */
  source: object;
}

export interface RolloutsRow extends Omit<NewRollouts, 'observation'> {
  id: string;
  projectId: string;
  observation: unknown;
  file: Stored;
  source: unknown;
  /** The job that has made them. */
  jobId: string | null;
  createdAt: Date;
}

export interface RolloutsTable {
  /**
   * Takes the upload as the rollouts' file; `promote` moves its bytes just before the rows are committed.
   * @throws NameTakenError, UploadGoneError: nothing is stored then
   */
  create(rollouts: NewRollouts, uploadId: string, promote: () => Promise<void>): Promise<RolloutsRow>;
  get(idOrName: string): Promise<RolloutsRow | null>;
  list(page: PageRequest): Promise<Page<RolloutsRow>>;
}

const include = { file: true } as const;
type Found = Prisma.RolloutsGetPayload<{ include: typeof include }>;

export function createRollouts(database: Database, owner: Owner = EVERYBODY): RolloutsTable {
  return {
    create: async (rollouts, uploadId, promote) => {
      try {
        return await database.$transaction(async (transaction) => {
          const stored = await takeUpload(transaction, uploadId, owner);
          await recordArtifact(transaction, stored);
          const { observation, ...plain } = rollouts;
          const { projectId } = owner;
          const id = newId('rollouts');
          const data = { ...plain, id, projectId, observation: json(observation), fileSha256: stored.sha256 };
          const created = await transaction.rollouts.create({ data, include });
          await owner.onCreated(transaction, id);
          await promote();
          return toRow(created);
        });
      } catch (error) {
        throw isUniqueViolation(error) ? new NameTakenError(rollouts.name) : error;
      }
    },
    get: async (reference) => {
      const rows = await database.rollouts.findMany({ where: { ...idOrName(reference), ...owner.where }, include });
      const found = referredTo(rows, reference);
      return found && toRow(found);
    },
    list: async (page) =>
      toPage(
        await database.rollouts.findMany({ ...pageArguments({ ...page, ...owner.where }), include }),
        page.limit,
        toRow,
      ),
  };
}

/** @returns the new rollouts' id */
export async function insertRollouts(
  transaction: Transaction,
  { jobId, projectId }: Maker,
  made: MadeRollouts,
): Promise<string> {
  const { file, source, observation, name, ...plain } = made;
  await recordArtifact(transaction, file);
  const isTaken = async (wanted: string) =>
    (await transaction.rollouts.count({ where: { projectId, name: wanted } })) > 0;
  const created = await transaction.rollouts.create({
    data: {
      ...plain,
      id: newId('rollouts'),
      projectId,
      name: await freeName(name, jobId, isTaken),
      observation: json(observation),
      source: json(source),
      fileSha256: file.sha256,
      madeById: jobId,
    },
  });
  return created.id;
}

function toRow({ fileSha256, file, madeById, ...row }: Found): RolloutsRow {
  return { ...row, file: { sha256: fileSha256, bytes: Number(file.bytes) }, jobId: madeById };
}
