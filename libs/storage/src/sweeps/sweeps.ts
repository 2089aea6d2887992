import { type Database } from '../database.ts';
import { findJob, type JobRow } from '../jobs/job-row.ts';
import { EVERYBODY, type Owner } from '../owner.ts';
import { advanceSweep } from './advance.ts';
import { insertSweep, type NewSweep } from './insert-sweep.ts';
import { listSweepChildren, type SweepChildRow } from './list-children.ts';
import { retrySweep } from './retry-sweep.ts';

const QUEUEABLE = { id: true, kind: true, priority: true, needsGpu: true } as const;
type Queueable = Pick<JobRow, keyof typeof QUEUEABLE>;

/** Jobs of the kind sweep. What can be asked of any job can be asked of them in `Jobs`; `advance` then brings it to their children. */
export interface Sweeps {
  /** The sweep and all of its children, or nothing. @throws QuotaExceededError */
  create(sweep: NewSweep): Promise<JobRow>;
  /** Another sweep that does what has not succeeded; null: no such sweep. @throws IllegalRequestError */
  retry(id: string, by?: Pick<Owner, 'keyId' | 'onCreated'>): Promise<JobRow | null>;
  /** In the order of their points. */
  children(id: string): Promise<SweepChildRow[]>;
  /** Does what is to be done about the sweep now. @returns jobs that are queued by that */
  advance(id: string): Promise<Queueable[]>;
  /** Its jobs that are to be in the queue. */
  queued(id: string): Promise<Queueable[]>;
  /** Sweeps that have not ended, or have children that have not. */
  open(): Promise<string[]>;
}

export function createSweeps(database: Database): Sweeps {
  const found = async (id: string) => {
    const job = await findJob(database, id);
    if (!job) throw new Error(`${id} vanished`);
    return job;
  };
  const some = (where: object) => database.job.findMany({ where, select: QUEUEABLE, orderBy: { id: 'asc' } });
  return {
    create: async (sweep) => found(await database.$transaction((transaction) => insertSweep(transaction, sweep))),
    retry: async (id, by = EVERYBODY) => {
      const again = await database.$transaction((transaction) => retrySweep(transaction, id, by));
      return again === null ? null : found(again);
    },
    children: (id) => listSweepChildren(database, id),
    advance: async (id) => {
      const queued = await advanceSweep(database, id);
      return queued.length > 0 ? some({ id: { in: queued } }) : [];
    },
    queued: (id) => some({ parentId: id, status: 'queued' }),
    open: async () => {
      const rows = await database.$queryRaw<{ id: string }[]>`
        SELECT id FROM jobs WHERE kind = 'sweep' AND finished_at IS NULL
        UNION SELECT parent_id FROM jobs WHERE parent_id IS NOT NULL AND finished_at IS NULL`;
      return rows.map(({ id }) => id);
    },
  };
}
