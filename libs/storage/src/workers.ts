import { type Database } from './database.ts';

/** What a worker says of itself. */
export interface NewWorker {
  id: string;
  host: string;
  pid: number;
  version: string;
  engine: string;
  /** What the engine computes on, in words. */
  device: string;
  gpu: boolean;
  gpuJobsOnly: boolean;
  /** Of its machine. */
  memoryBytes: number;
  kinds: string[];
}

export type WorkerStatus = 'idle' | 'busy' | 'draining' | 'lost';

export interface WorkerRow extends NewWorker {
  status: WorkerStatus;
  jobId: string | null;
  startedAt: Date;
  lastSeen: Date;
}

/** What the workers that are alive can take. */
export type Fleet = Pick<WorkerRow, 'gpu' | 'gpuJobsOnly' | 'kinds'>[];

export interface Workers {
  /** A sign of life; the first one registers the worker, and so does one after it was forgotten. */
  beat(worker: NewWorker, now: { jobId: string | null; draining: boolean }): Promise<void>;
  /** A worker that ends takes itself off. */
  remove(id: string): Promise<void>;
  /** All that are known, oldest first. */
  list(): Promise<WorkerRow[]>;
  /** Those alive and not on their way out; at most a second old. */
  fleet(): Promise<Fleet>;
  /** Forgets those that were lost long ago. */
  forgetLost(): Promise<void>;
}

/** A worker gives a sign of life every WORKER_BEAT_MS; one that has been silent for this long is lost. */
export const WORKER_BEAT_MS = 5_000;
const LOST_AFTER_S = 20;
const FORGOTTEN_AFTER_S = 24 * 3600;
const FLEET_AGE_MS = 1_000;

export function createWorkers(database: Database): Workers {
  const list = async () =>
    (
      await database.$queryRaw<Found[]>`
    SELECT id, host, pid, version, engine, device, gpu, gpu_jobs_only, memory_bytes, kinds, job_id, draining, started_at,
           last_seen, last_seen < now() - make_interval(secs => ${LOST_AFTER_S}) AS lost
    FROM workers ORDER BY id`
    ).map(toRow);
  const fleet = async () => (await list()).filter(({ status }) => status === 'idle' || status === 'busy');
  let known: { at: number; fleet: Promise<Fleet> } | undefined;
  return {
    beat: (worker, now) => beat(database, worker, now),
    remove: async (id) => void (await database.worker.deleteMany({ where: { id } })),
    list,
    fleet: () => {
      if (known && performance.now() - known.at < FLEET_AGE_MS) return known.fleet;
      const asked = { at: performance.now(), fleet: fleet() };
      // A failure is not remembered.
      asked.fleet.catch(() => (known = undefined));
      known = asked;
      return asked.fleet;
    },
    forgetLost: async () => {
      await database.$executeRaw`
        DELETE FROM workers WHERE last_seen < now() - make_interval(secs => ${FORGOTTEN_AFTER_S})`;
    },
  };
}

async function beat(
  database: Database,
  worker: NewWorker,
  { jobId, draining }: { jobId: string | null; draining: boolean },
): Promise<void> {
  const { id, host, pid, version, engine, device, gpu, gpuJobsOnly, memoryBytes, kinds } = worker;
  await database.$executeRaw`
    INSERT INTO workers (id, host, pid, version, engine, device, gpu, gpu_jobs_only, memory_bytes, kinds, job_id, draining)
    VALUES (${id}, ${host}, ${pid}, ${version}, ${engine}, ${device}, ${gpu}, ${gpuJobsOnly}, ${memoryBytes}, ${kinds},
            ${jobId}, ${draining})
    ON CONFLICT (id) DO UPDATE SET job_id = excluded.job_id, draining = excluded.draining, last_seen = now()`;
}

interface Found extends Omit<NewWorker, 'gpuJobsOnly' | 'memoryBytes'> {
  gpu_jobs_only: boolean;
  memory_bytes: bigint;
  job_id: string | null;
  draining: boolean;
  lost: boolean;
  started_at: Date;
  last_seen: Date;
}

function toRow({
  gpu_jobs_only,
  memory_bytes,
  job_id,
  draining,
  lost,
  started_at,
  last_seen,
  ...same
}: Found): WorkerRow {
  const status = lost ? 'lost' : draining ? 'draining' : job_id === null ? 'idle' : 'busy';
  return {
    ...same,
    gpuJobsOnly: gpu_jobs_only,
    memoryBytes: Number(memory_bytes),
    status,
    jobId: job_id,
    startedAt: started_at,
    lastSeen: last_seen,
  };
}
