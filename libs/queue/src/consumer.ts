import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, type Job, WaitingError, Worker, type WorkerOptions } from 'bullmq';
import { type Lane, LOCK_MS, MAX_STALLS, Payload, queueName, retryDelayMs, STALLED_CHECK_MS } from './catalogue.ts';
import { placeOf, postgresConnection, redisConsumerConnection } from './connection.ts';
import { deadline } from './deadline.ts';
import { GivenBackError } from './given-back.ts';
import { createSlots } from './slots.ts';

const READY_TIMEOUT_MS = 10_000;
const RETRY_MS = 1_000;

export interface ConsumerOptions {
  /** Where it looks for jobs; `any` unless told otherwise. */
  lanes?: readonly Lane[];
  /** Jobs at a time, over all its lanes. */
  concurrency?: number;
  /** What goes wrong with the connection; it is mended without the caller's doing. */
  onError?: (error: Error) => void;
  /** Gives up waiting for a queue that is away. */
  signal?: AbortSignal;
  lockMs?: number;
  stalledCheckMs?: number;
}

export interface Consumer {
  /** Takes no more jobs and waits for the handlers at work; `force` leaves their jobs to be delivered to another. */
  close(options?: { force?: boolean }): Promise<void>;
}

/**
 * Calls `handler` for each delivered job. What it throws brings the job again, after a while, or at once when that is
 * GivenBackError; a job whose consumer dies is delivered to another. A job may be delivered twice, so the handler must
 * claim its row first.
 * Waits until the queue is there.
 * @param queueUrl postgres:// or redis://
 */
export async function createConsumer(
  queueUrl: string,
  handler: (delivery: { jobId: string; kind: string }) => Promise<void>,
  options: ConsumerOptions = {},
): Promise<Consumer> {
  const { lanes = ['any'], concurrency = 1 } = options;
  const workers: AnyWorker[] = [];
  const slots = createSlots(concurrency, lanes.length > 1 ? workers : []);
  const deliver = async (job: Job<unknown>) => {
    const payload = Payload.safeParse(job.data);
    // Not ours: to throw would bring it again.
    if (!payload.success)
      return options.onError?.(new Error(`dropped a job of kind ${job.name}: ${payload.error.message}`));
    const { jobId } = payload.data;
    try {
      await slots.during(() => handler({ jobId, kind: job.name }));
    } catch (error) {
      if (!(error instanceof GivenBackError)) throw error;
      await job.moveToWait(job.token);
      throw new WaitingError();
    }
  };
  const open = (lane: Lane) => openUntilReady(queueUrl, { lane, deliver }, options);
  workers.push(...(await Promise.all(lanes.map(open))));
  for (const worker of workers) worker.run().catch((error: unknown) => options.onError?.(asError(error)));
  return {
    close: async ({ force = false } = {}) => void (await Promise.all(workers.map((worker) => worker.close(force)))),
  };
}

type AnyWorker = Pick<Worker, 'close' | 'run' | 'waitUntilReady' | 'pause' | 'resume'>;

interface LaneWork {
  lane: Lane;
  deliver: (job: Job<unknown>) => Promise<void>;
}

async function openUntilReady(queueUrl: string, work: LaneWork, options: ConsumerOptions): Promise<AnyWorker> {
  for (;;) {
    const worker = openWorker(queueUrl, work, options);
    try {
      await deadline(worker.waitUntilReady(), READY_TIMEOUT_MS);
      return worker;
    } catch (error) {
      options.onError?.(asError(error));
      void worker.close(true).catch(() => undefined);
    }
    await sleep(RETRY_MS, undefined, { signal: options.signal });
  }
}

function openWorker(queueUrl: string, { lane, deliver }: LaneWork, options: ConsumerOptions): AnyWorker {
  const name = queueName(lane);
  const { concurrency = 1, lockMs = LOCK_MS, stalledCheckMs = STALLED_CHECK_MS } = options;
  const settings: Omit<WorkerOptions, 'connection'> = {
    autorun: false,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    maxStalledCount: MAX_STALLS,
    runRetryDelay: RETRY_MS,
    settings: { backoffStrategy: retryDelayMs },
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  };
  const onError = atMostEvery(RETRY_MS, (error: Error) => options.onError?.(error));
  if (placeOf(queueUrl) === 'postgres') {
    const connection = postgresConnection(queueUrl, 2 + concurrency);
    return new Worker(name, deliver, { ...settings, connection }, createPostgresBackend).on('error', onError);
  }
  return new Worker(name, deliver, { ...settings, connection: redisConsumerConnection(queueUrl) }).on('error', onError);
}

/** BullMQ tells some outages thousands of times a second: what is told again within that time is told once. */
function atMostEvery(periodMs: number, tell: (error: Error) => void): (error: Error) => void {
  const toldAtMs = new Map<string, number>();
  return (error) => {
    const now = performance.now();
    if (now - (toldAtMs.get(error.message) ?? -Infinity) < periodMs) return;
    if (toldAtMs.size >= 100) toldAtMs.clear();
    toldAtMs.set(error.message, now);
    tell(error);
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
