import { type Database, type Transaction } from '../database.ts';
import { type Stored } from '../artifact-store/stored.ts';
import { recordArtifact } from '../uploads.ts';

/** Resumable state whose bytes are in the artifact store. */
export interface NewCheckpoint {
  step: number;
  files: (Stored & { name: string })[];
  /** The best so far: it stays until a better one comes. */
  isBest?: boolean | undefined;
  /** It stays beyond the next ones, until there are more than so many. */
  keepPeriodic?: number | undefined;
}

/** Where a worker goes on from. */
export interface StoredCheckpoint {
  step: number;
  files: { name: string; sha256: string }[];
}

export interface CheckpointRow {
  step: number;
  isNewest: boolean;
  isBest: boolean;
  isPeriodic: boolean;
  files: (Stored & { name: string })[];
  createdAt: Date;
}

export async function newestCheckpoint(transaction: Transaction, jobId: string): Promise<StoredCheckpoint | null> {
  const rows = await transaction.checkpoint.findMany({
    where: { jobId },
    orderBy: [{ step: 'desc' }, { name: 'asc' }],
  });
  const step = rows[0]?.step;
  if (step === undefined) return null;
  return { step, files: rows.filter((row) => row.step === step).map(({ name, sha256 }) => ({ name, sha256 })) };
}

/**
 * Writes the newest checkpoint, and forgets those that nothing keeps: neither the newest nor the best nor one of the last
 * periodic ones. Their artifacts are left to the sweep: the bytes may be another job's too.
 */
export async function addCheckpoint(
  transaction: Transaction,
  jobId: string,
  { step, files, isBest = false, keepPeriodic }: NewCheckpoint,
): Promise<void> {
  for (const file of files) await recordArtifact(transaction, file);
  await transaction.checkpoint.deleteMany({ where: { jobId, OR: [{ step }, { isBest: false, isPeriodic: false }] } });
  if (isBest) {
    await transaction.checkpoint.deleteMany({ where: { jobId, isBest: true, isPeriodic: false } });
    await transaction.checkpoint.updateMany({ where: { jobId, isBest: true }, data: { isBest: false } });
  }
  const marks = { isBest, isPeriodic: keepPeriodic !== undefined };
  await transaction.checkpoint.createMany({
    data: files.map(({ name, sha256 }) => ({ jobId, step, name, sha256, ...marks })),
  });
  if (keepPeriodic !== undefined) await forgetPeriodic(transaction, jobId, { step, keep: keepPeriodic });
}

async function forgetPeriodic(
  transaction: Transaction,
  jobId: string,
  { step, keep }: { step: number; keep: number },
): Promise<void> {
  const periodic = await transaction.checkpoint.findMany({
    where: { jobId, isPeriodic: true },
    distinct: ['step'],
    orderBy: { step: 'desc' },
    select: { step: true },
  });
  const old = periodic.slice(keep).map((row) => row.step);
  await transaction.checkpoint.updateMany({ where: { jobId, step: { in: old } }, data: { isPeriodic: false } });
  await transaction.checkpoint.deleteMany({ where: { jobId, isBest: false, isPeriodic: false, step: { not: step } } });
}

/** Newest first. */
export async function listCheckpoints(database: Database, jobId: string): Promise<CheckpointRow[]> {
  const rows = await database.checkpoint.findMany({
    where: { jobId },
    include: { artifact: true },
    orderBy: [{ step: 'desc' }, { name: 'asc' }],
  });
  const steps = [...new Set(rows.map(({ step }) => step))];
  return steps.map((step, index) => {
    const own = rows.filter((row) => row.step === step);
    const { isBest, isPeriodic, createdAt } = own[0]!;
    const files = own.map(({ name, sha256, artifact }) => ({ name, sha256, bytes: Number(artifact.bytes) }));
    return { step, isNewest: index === 0, isBest, isPeriodic, createdAt, files };
  });
}
