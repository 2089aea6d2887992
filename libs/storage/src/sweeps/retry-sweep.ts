import { type Transaction } from '../database.ts';
import { copyOf } from '../jobs/insert.ts';
import { requireLegal } from '../jobs/stop.ts';
import { type Owner } from '../owner.ts';
import { insertSweep, type NewSweep, type NewSweepChild } from './insert-sweep.ts';
import { type SweepRules } from './sweep-state.ts';

/**
 * Another sweep like one that has failed or was cancelled. What has succeeded there counts here too and is not done again; only
 * where children are compared at rungs all of them begin anew, since who goes on depends on all.
 * @returns its id; null: no such sweep
 * @throws IllegalRequestError
 */
export async function retrySweep(
  transaction: Transaction,
  id: string,
  { keyId, onCreated }: Pick<Owner, 'keyId' | 'onCreated'>,
): Promise<string | null> {
  const old = await transaction.sweep.findUnique({ where: { jobId: id }, include: { job: true } });
  if (!old) return null;
  requireLegal(old.job, 'retry');
  const { metric, goal, maxParallel, failures, rungs, keeps, modelName } = old;
  const children = await transaction.sweepChild.findMany({
    where: { sweepId: id },
    include: { job: true },
    orderBy: { index: 'asc' },
  });
  const isKept = ({ job }: (typeof children)[number]) => job.status === 'succeeded' && rungs.length === 0;
  const carried = children
    .filter(isKept)
    .map(({ jobId, index, point }) => ({ id: jobId, index, point: point as object }));
  const again = children.filter((child) => !isKept(child));
  const sweep: NewSweep = {
    job: { ...copyOf(old.job), keyId, onCreated },
    rules: { metric, goal: goal as SweepRules['goal'], maxParallel, failures, rungs, keeps },
    modelName: modelName ?? undefined,
    children: again.map(({ job, index, point }): NewSweepChild => ({
      job: copyOf(job),
      index,
      point: point as object,
    })),
    carried,
  };
  return insertSweep(transaction, sweep);
}
