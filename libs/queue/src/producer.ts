import { createPostgresBackend, type JobsOptions, Queue } from 'bullmq';
import { type Lane, LANES, MAX_PRIORITY, type Payload, queueName, RETRIES } from './catalogue.ts';
import { placeOf, type QueuePlace, postgresConnection, redisProducerConnection } from './connection.ts';
import { deadline } from './deadline.ts';
import { together } from './together.ts';

const ANSWER_TIMEOUT_MS = 2_000;

interface EnqueuedJob {
  jobId: string;
  kind: string;
  /** Higher ones are delivered first, equal ones in the order in which they came. */
  priority?: number;
  /** Of the workers that can take it. */
  lane?: Lane;
}

export interface Producer {
  /** Idempotent: a job that is in the queue already is not put there again. Rejects at once where the queue is away. */
  enqueue(job: EnqueuedJob): Promise<void>;
  /** The same for many, in one statement a lane. */
  enqueueAll(jobs: readonly EnqueuedJob[]): Promise<void>;
  /** How many jobs wait in each lane. */
  waiting(): Promise<Record<Lane, number>>;
  /** Resolves when the queue answers. */
  checkReady(): Promise<void>;
  close(): Promise<void>;
}

/** What is used of BullMQ's Queue, whichever its backend. */
interface AnyQueue {
  addBulk(jobs: { name: string; data: Payload; opts: JobsOptions }[]): Promise<unknown>;
  getJobCountByTypes(...types: ('waiting' | 'prioritized')[]): Promise<number>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** @param queueUrl postgres:// or redis:// */
export function createProducer(queueUrl: string): Producer {
  const place = placeOf(queueUrl);
  const opening = new Map<Lane, Promise<AnyQueue>>();
  // Opened when first used, and anew after a failure: BullMQ remembers a failed connection for ever.
  const queue = (lane: Lane) => {
    const opened = opening.get(lane) ?? openQueue(queueUrl, place, lane);
    opening.set(lane, opened);
    opened.catch(() => opening.delete(lane));
    return opened;
  };
  const countWaiting = async (lane: Lane) =>
    deadline((await queue(lane)).getJobCountByTypes('waiting', 'prioritized'), ANSWER_TIMEOUT_MS);
  const enqueueAll = async (jobs: readonly EnqueuedJob[]) => {
    for (const lane of LANES) {
      const entries = jobs.filter((job) => (job.lane ?? 'any') === lane).map(toEntry);
      if (entries.length > 0) await deadline((await queue(lane)).addBulk(entries), ANSWER_TIMEOUT_MS);
    }
  };
  return {
    enqueue: together(enqueueAll),
    enqueueAll,
    waiting: async () => {
      const counts = await Promise.all(LANES.map(async (lane) => [lane, await countWaiting(lane)] as const));
      return Object.fromEntries(counts) as Record<Lane, number>;
    },
    checkReady: async () => void (await countWaiting('any')),
    close: async () => {
      for (const opened of opening.values()) await (await opened.catch(() => undefined))?.close();
    },
  };
}

function toEntry({ jobId, kind, priority = 0 }: EnqueuedJob) {
  const retries = { attempts: RETRIES, backoff: { type: 'custom' } };
  return { name: kind, data: { jobId }, opts: { jobId, priority: rank(priority), ...retries, ...KEEP_NOTHING } };
}

/** BullMQ counts the other way round, from 1 on; what has no priority there goes before all that has one. */
function rank(priority: number): number {
  return 1 + MAX_PRIORITY - Math.max(-MAX_PRIORITY, Math.min(MAX_PRIORITY, priority));
}

/** Postgres rows tell what became of a job; and an id that is kept could not be enqueued again. */
const KEEP_NOTHING = { removeOnComplete: true, removeOnFail: true };

async function openQueue(queueUrl: string, place: QueuePlace, lane: Lane): Promise<AnyQueue> {
  const name = queueName(lane);
  const queue: AnyQueue =
    place === 'postgres'
      ? new Queue(name, { connection: postgresConnection(queueUrl, 3) }, createPostgresBackend)
      : new Queue(name, { connection: redisProducerConnection(queueUrl) });
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
