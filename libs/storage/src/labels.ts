import { type Stored } from './artifact-store/stored.ts';
import { idOrName, referredTo } from './by-reference.ts';
import { type Database, json, type Transaction } from './database.ts';
import { freeName } from './free-name.ts';
import { Prisma } from './generated/client.ts';
import { newId } from './identifiers.ts';
import { EVERYBODY, type Maker, type Owner } from './owner.ts';
import { type Page, pageArguments, type PageRequest, toPage } from './page.ts';
import { recordArtifact } from './uploads.ts';

/** What a labelling job hands over. */
export interface NewLabels {
  name: string;
  teacherId: string;
  rolloutsId: string;
  /** What is in the file besides log-probabilities. */
  projections: object;
  frames: number;
  file: Stored;
}

export interface LabelsRow {
  id: string;
  projectId: string;
  name: string;
  teacher: { id: string; name: string };
  rollouts: { id: string; name: string };
  projections: unknown;
  frames: number;
  file: Stored;
  jobId: string;
  createdAt: Date;
}

export interface LabelsTable {
  get(idOrName: string): Promise<LabelsRow | null>;
  list(page: PageRequest): Promise<Page<LabelsRow>>;
  /** What one teacher says about one set of rollouts, newest first. */
  of(pair: { teacherId: string; rolloutsId: string }): Promise<LabelsRow[]>;
}

const reference = { select: { id: true, name: true } } as const;
const include = { file: true, teacher: reference, rollouts: reference } as const;
type Found = Prisma.LabelsGetPayload<{ include: typeof include }>;

export function createLabels(database: Database, { where }: Owner = EVERYBODY): LabelsTable {
  const { labels } = database;
  return {
    get: async (reference) => {
      const rows = await labels.findMany({ where: { ...idOrName(reference), ...where }, include });
      const found = referredTo(rows, reference);
      return found && toRow(found);
    },
    list: async (page) =>
      toPage(await labels.findMany({ ...pageArguments({ ...page, ...where }), include }), page.limit, toRow),
    of: async (pair) => {
      // Each job asks, and most pairs have none.
      const [some] = await database.query(Prisma.sql`
        SELECT id FROM labels WHERE teacher_id = ${pair.teacherId} AND rollouts_id = ${pair.rolloutsId} LIMIT 1`);
      if (!some) return [];
      return (await labels.findMany({ where: { ...pair, ...where }, include, orderBy: { id: 'desc' } })).map(toRow);
    },
  };
}

/** @returns the new labels' id */
export async function insertLabels(
  transaction: Transaction,
  { jobId, projectId }: Maker,
  made: NewLabels,
): Promise<string> {
  const { file, projections, name, ...plain } = made;
  await recordArtifact(transaction, file);
  const isTaken = async (wanted: string) =>
    (await transaction.labels.count({ where: { projectId, name: wanted } })) > 0;
  const created = await transaction.labels.create({
    data: {
      ...plain,
      id: newId('labels'),
      projectId,
      name: await freeName(name, jobId, isTaken),
      projections: json(projections),
      fileSha256: file.sha256,
      madeById: jobId,
    },
  });
  return created.id;
}

function toRow({ file, fileSha256, madeById, teacher, rollouts, ...row }: Found): LabelsRow {
  const { id, projectId, name, projections, frames, createdAt } = row;
  const stored = { sha256: fileSha256, bytes: Number(file.bytes) };
  return { id, projectId, name, teacher, rollouts, projections, frames, file: stored, jobId: madeById, createdAt };
}
