import { type Database, isUniqueViolation, json } from './database.ts';
import { NameTakenError } from './errors.ts';
import { type Prisma } from './generated/client.ts';
import { newId } from './identifiers.ts';
import { type Page, pageArguments, type PageRequest, toPage } from './page.ts';
import { takeUpload } from './uploads.ts';

export interface NewRollouts {
  name: string;
  observation: object;
  contractHash: string;
  actions: string[];
  frames: number;
  episodes: number;
  meanReturn: number;
}

export interface RolloutsRow extends Omit<NewRollouts, 'observation'> {
  id: string;
  observation: unknown;
  file: { sha256: string; bytes: number };
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

export function createRollouts(database: Database): RolloutsTable {
  return {
    create: async (rollouts, uploadId, promote) => {
      try {
        return await database.$transaction(async (transaction) => {
          const { sha256 } = await takeUpload(transaction, uploadId);
          const { observation, ...plain } = rollouts;
          const data = { ...plain, id: newId('rollouts'), observation: json(observation), fileSha256: sha256 };
          const created = await transaction.rollouts.create({ data, include });
          await promote();
          return toRow(created);
        });
      } catch (error) {
        throw isUniqueViolation(error) ? new NameTakenError(rollouts.name) : error;
      }
    },
    get: async (idOrName) => {
      const { rollouts: table } = database;
      // The id first: a name may look like an id.
      const byId = await table.findUnique({ where: { id: idOrName }, include });
      const found = byId ?? (await table.findUnique({ where: { name: idOrName }, include }));
      return found && toRow(found);
    },
    list: async (page) =>
      toPage(await database.rollouts.findMany({ ...pageArguments(page), include }), page.limit, toRow),
  };
}

function toRow({ fileSha256, file, ...row }: Found): RolloutsRow {
  return { ...row, file: { sha256: fileSha256, bytes: Number(file.bytes) } };
}
