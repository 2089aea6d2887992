import { type Stored } from './artifact-store/stored.ts';
import { type Database, type Transaction } from './database.ts';
import { UploadGoneError } from './errors.ts';
import { EVERYBODY, type Owner } from './owner.ts';

export interface UploadRow extends Stored {
  id: string;
  projectId: string;
  createdAt: Date;
}

export interface Uploads {
  create(upload: Stored & { id: string }): Promise<UploadRow>;
  get(id: string): Promise<UploadRow | null>;
  delete(id: string): Promise<void>;
  /** Ids of uploads that nobody has taken since that moment. */
  olderThan(moment: Date): Promise<string[]>;
}

export function createUploads(database: Database, owner: Owner = EVERYBODY): Uploads {
  return {
    create: (upload) =>
      database.$transaction(async (transaction) => {
        const created = await transaction.upload.create({ data: { ...upload, projectId: owner.projectId } });
        await owner.onCreated(transaction, created.id);
        return toUploadRow(created);
      }),
    get: async (id) => {
      const found = await database.upload.findUnique({ where: { id, ...owner.where } });
      return found && toUploadRow(found);
    },
    delete: async (id) => {
      await database.upload.deleteMany({ where: { id, ...owner.where } });
    },
    olderThan: async (moment) => {
      const found = await database.upload.findMany({
        where: { createdAt: { lt: moment }, ...owner.where },
        select: { id: true },
      });
      return found.map(({ id }) => id);
    },
  };
}

/**
 * Takes an upload's row away, inside the transaction of what becomes of its bytes: what fails in it leaves everything as it
 * was.
 */
export async function takeUpload(
  transaction: Transaction,
  id: string,
  { where }: Pick<Owner, 'where'>,
): Promise<Stored> {
  const upload = await transaction.upload.findUnique({ where: { id, ...where } });
  // Of two calls that take the same upload, the second waits here for the first and then finds nothing to delete.
  const { count } = await transaction.upload.deleteMany({ where: { id, ...where } });
  if (!upload || count === 0) throw new UploadGoneError(id);
  return { sha256: upload.sha256, bytes: Number(upload.bytes) };
}

/** Writes the row of stored bytes, or locks the one that is there, so that no sweep removes it before it is referred to. */
export async function recordArtifact(transaction: Transaction, { sha256, bytes }: Stored): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO artifacts (sha256, bytes) VALUES (${sha256}, ${BigInt(bytes)})
    ON CONFLICT (sha256) DO UPDATE SET bytes = EXCLUDED.bytes`;
}

export function toUploadRow({ bytes, ...row }: Omit<UploadRow, 'bytes'> & { bytes: bigint }): UploadRow {
  const { id, projectId, sha256, createdAt } = row;
  return { id, projectId, sha256, bytes: Number(bytes), createdAt };
}
