import { createPostgresBackend, type JobsOptions, Queue } from 'bullmq';
import { MAX_PRIORITY, type Payload, QUEUE_NAME, RETRIES } from './catalogue.ts';
import { placeOf, postgresConnection, redisProducerConnection } from './connection.ts';
import { deadline } from './deadline.ts';

const ANSWER_TIMEOUT_MS = 2_000;

interface EnqueuedJob {
  jobId: string;
  kind: string;
  /** Higher ones are delivered first, equal ones in the order in which they came. */
  priority?: number;
}

export interface Producer {
  /** Idempotent: a job that is in the queue already is not put there again. Rejects at once where the queue is away. */
  enqueue(job: EnqueuedJob): Promise<void>;
  /** Resolves when the queue answers. */
  checkReady(): Promise<void>;
  close(): Promise<void>;
}

/** What is used of BullMQ's Queue, whichever its backend. */
interface AnyQueue {
  add(kind: string, payload: Payload, options: JobsOptions): Promise<unknown>;
  getJobCountByTypes(type: 'waiting'): Promise<number>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** @param queueUrl postgres:// or redis:// */
export function createProducer(queueUrl: string): Producer {
  const place = placeOf(queueUrl);
  let opening: Promise<AnyQueue> | undefined;
  // Opened when first used, and anew after a failure: BullMQ remembers a failed connection for ever.
  const queue = () => {
    opening ??= openQueue(queueUrl, place).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    enqueue: async ({ jobId, kind, priority = 0 }) => {
      const options = {
        jobId,
        priority: rank(priority),
        attempts: RETRIES,
        backoff: { type: 'custom' },
        ...KEEP_NOTHING,
      };
      await deadline((await queue()).add(kind, { jobId }, options), ANSWER_TIMEOUT_MS);
    },
    checkReady: async () => {
      await deadline((await queue()).getJobCountByTypes('waiting'), ANSWER_TIMEOUT_MS);
    },
    close: async () => {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}

/** BullMQ counts the other way round, from 1 on; what has no priority there goes before all that has one. */
function rank(priority: number): number {
  return 1 + MAX_PRIORITY - Math.max(-MAX_PRIORITY, Math.min(MAX_PRIORITY, priority));
}

/** Postgres rows tell what became of a job; and an id that is kept could not be enqueued again. */
const KEEP_NOTHING = { removeOnComplete: true, removeOnFail: true };

async function openQueue(queueUrl: string, place: 'postgres' | 'redis'): Promise<AnyQueue> {
  const queue: AnyQueue =
    place === 'postgres'
      ? new Queue(QUEUE_NAME, { connection: postgresConnection(queueUrl, 3) }, createPostgresBackend)
      : new Queue(QUEUE_NAME, { connection: redisProducerConnection(queueUrl) });
  // Each call rejects with its own error; without a listener the event would end the process.
  queue.on('error', () => undefined);
  try {
    await deadline(queue.waitUntilReady(), ANSWER_TIMEOUT_MS);
    return queue;
  } catch (error) {
    void queue.close().catch(() => undefined);
    throw error;
  }
}
