import { type NewWorker, type Storage, WORKER_BEAT_MS } from '@distiller/storage';
import { type Logger } from 'pino';

/** A worker's row: there as long as its process gives signs of life. */
export interface Presence {
  /** What it works on now. */
  setJob(jobId: string | null): void;
  /** It takes no more jobs, and says so. */
  drain(): void;
  /** Takes the row off. */
  leave(): Promise<void>;
}

/** Registers the worker, and tells every few seconds that it lives. A database that is away is tried again. */
export function announce({ workers }: Pick<Storage, 'workers'>, self: NewWorker, log: Logger): Presence {
  const now = { jobId: null as string | null, draining: false };
  let writes = Promise.resolve();
  let left = false;
  const beat = () => {
    writes = writes
      .then(() => (left ? undefined : workers.beat(self, now)))
      .catch((error: unknown) => log.warn({ err: error }, 'no sign of life could be written'));
  };
  beat();
  const timer = setInterval(beat, WORKER_BEAT_MS);
  return {
    setJob: (jobId) => {
      now.jobId = jobId;
      beat();
    },
    drain: () => {
      now.draining = true;
      beat();
    },
    leave: async () => {
      clearInterval(timer);
      left = true;
      await writes;
      await workers
        .remove(self.id)
        .catch((error: unknown) => log.warn({ err: error }, 'the worker could not be taken off'));
    },
  };
}
