import { type Stored } from './artifact-store/stored.ts';
import { type Database } from './database.ts';
import { UploadGoneError } from './errors.ts';
import { EVERYBODY, type Owner } from './owner.ts';
import { toUploadRow, type UploadRow } from './uploads.ts';

/** An upload that comes in pieces and is not whole yet. */
export interface PartialUploadRow {
  id: string;
  projectId: string;
  /** How many there will be. */
  bytes: number;
  /** What the client says that it will be. */
  sha256: string | null;
  /** The store's own name for an upload in parts. */
  token: string | null;
  createdAt: Date;
  expiresAt: Date;
}

export interface PartialUploads {
  create(upload: Omit<PartialUploadRow, 'createdAt' | 'projectId'>): Promise<PartialUploadRow>;
  /** Null also from the moment on that it has expired. */
  get(id: string): Promise<PartialUploadRow | null>;
  /** All of it has come: it is an upload from now on. @throws UploadGoneError when it was deleted meanwhile */
  finish(id: string, stored: Stored): Promise<UploadRow>;
  delete(id: string): Promise<void>;
  expired(now: Date): Promise<PartialUploadRow[]>;
}

export function createPartialUploads(database: Database, owner: Owner = EVERYBODY): PartialUploads {
  const { partialUpload: table } = database;
  return {
    create: (upload) =>
      database.$transaction(async (transaction) => {
        const created = await transaction.partialUpload.create({ data: { ...upload, projectId: owner.projectId } });
        await owner.onCreated(transaction, created.id);
        return toRow(created);
      }),
    get: async (id) => {
      const found = await table.findFirst({ where: { id, ...owner.where, expiresAt: { gt: new Date() } } });
      return found && toRow(found);
    },
    finish: (id, stored) =>
      database.$transaction(async (transaction) => {
        const partial = await transaction.partialUpload.findUnique({ where: { id, ...owner.where } });
        const { count } = await transaction.partialUpload.deleteMany({ where: { id, ...owner.where } });
        if (!partial || count === 0) throw new UploadGoneError(id);
        return toUploadRow(await transaction.upload.create({ data: { id, projectId: partial.projectId, ...stored } }));
      }),
    delete: async (id) => {
      await table.deleteMany({ where: { id, ...owner.where } });
    },
    expired: async (now) => (await table.findMany({ where: { expiresAt: { lte: now }, ...owner.where } })).map(toRow),
  };
}

function toRow({ bytes, ...row }: Omit<PartialUploadRow, 'bytes'> & { bytes: bigint }): PartialUploadRow {
  return { ...row, bytes: Number(bytes) };
}
