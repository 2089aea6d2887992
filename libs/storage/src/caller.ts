import { type Database, type Transaction } from './database.ts';
import { QuotaExceededError } from './errors.ts';
import { bindResource, type IdempotencyHold } from './idempotency.ts';
import { type Limits } from './keys.ts';
import { type OnCreated } from './owner.ts';

/** On whose behalf rows are made. */
export interface Caller {
  keyId: string | null;
  limits: Limits;
  /** The Idempotency-Key that the request holds. */
  hold?: IdempotencyHold | undefined;
}

/** What is done in the transaction of each row that a caller makes. @throws QuotaExceededError, IdempotencyLostError */
export function whenCreated({ keyId, limits, hold }: Caller): OnCreated {
  const isLimited = keyId !== null && (limits.queuedJobs ?? limits.runningJobs) !== undefined;
  const onCreated = async (transaction: Transaction, id: string) => {
    if (isLimited && id.startsWith('job_')) await checkJobs(transaction, keyId, limits);
    // A resource may come with others: the first one is what the request is about.
    if (hold) await bindResource(transaction, hold, id);
  };
  return isLimited ? onCreated : Object.assign(onCreated, { binds: { hold } });
}

const QUEUED = ['validating', 'queued'];
const RUNNING = ['running', 'pausing', 'cancelling'];

/**
 * The new row is counted already, and so are all children of a new sweep, those that are held among them; the sweep itself needs no
 * worker and is not. One transaction after the other, so that many at once cannot slip through together.
 */
async function checkJobs(transaction: Transaction, keyId: string, limits: Limits): Promise<void> {
  const { queuedJobs = Infinity, runningJobs = Infinity } = limits;
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${keyId}, 0))`;
  const [counts] = await transaction.$queryRaw<{ queued: number; running: number }[]>`
    SELECT count(*) FILTER (WHERE status::text = ANY(${QUEUED}) OR held_for IS NOT NULL AND status = 'paused')::int AS queued,
           count(*) FILTER (WHERE status::text = ANY(${RUNNING}))::int AS running
    FROM jobs WHERE key_id = ${keyId} AND finished_at IS NULL AND kind <> 'sweep'`;
  if (!counts) return;
  if (counts.queued > queuedJobs) throw new QuotaExceededError('queued_jobs', queuedJobs);
  if (counts.running >= runningJobs) throw new QuotaExceededError('running_jobs', runningJobs);
}

/** Bytes that the project's rows refer to, each file counted once. What another project has too counts like any other. */
export async function storedBytes(database: Database, projectId: string): Promise<number> {
  const [sum] = await database.$queryRaw<{ bytes: bigint }[]>`
    WITH used AS (
      SELECT weights_sha256 AS sha256 FROM teachers WHERE project_id = ${projectId}
      UNION SELECT file_sha256 FROM rollouts WHERE project_id = ${projectId}
      UNION SELECT file_sha256 FROM labels WHERE project_id = ${projectId}
      UNION SELECT file_sha256 FROM jobs WHERE project_id = ${projectId} AND file_sha256 IS NOT NULL
      UNION SELECT f.sha256 FROM model_files f JOIN models m ON m.id = f.model_id WHERE m.project_id = ${projectId}
      UNION SELECT f.sha256 FROM job_files f JOIN jobs j ON j.id = f.job_id WHERE j.project_id = ${projectId}
      UNION SELECT c.sha256 FROM checkpoints c JOIN jobs j ON j.id = c.job_id WHERE j.project_id = ${projectId}
    )
    SELECT (coalesce((SELECT sum(bytes) FROM artifacts JOIN used USING (sha256)), 0)
          + coalesce((SELECT sum(bytes) FROM uploads WHERE project_id = ${projectId}), 0)
          + coalesce((SELECT sum(bytes) FROM partial_uploads WHERE project_id = ${projectId}), 0))::bigint AS bytes`;
  return Number(sum?.bytes ?? 0);
}
