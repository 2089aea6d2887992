import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, type Job, Worker, type WorkerOptions } from 'bullmq';
import { LOCK_MS, MAX_STALLS, Payload, QUEUE_NAME, retryDelayMs, STALLED_CHECK_MS } from './catalogue.ts';
import { placeOf, postgresConnection, redisConsumerConnection } from './connection.ts';
import { deadline } from './deadline.ts';

const READY_TIMEOUT_MS = 10_000;
const RETRY_MS = 1_000;

export interface ConsumerOptions {
  /** Jobs at a time. */
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
 * Calls `handler` for each delivered job. What it throws brings the job again, after a while; a job whose consumer dies
 * is delivered to another. A job may be delivered twice, so the handler must claim its row first.
 * Waits until the queue is there.
 * @param queueUrl postgres:// or redis://
 */
export async function createConsumer(
  queueUrl: string,
  handler: (delivery: { jobId: string; kind: string }) => Promise<void>,
  options: ConsumerOptions = {},
): Promise<Consumer> {
  const deliver = async ({ name, data }: Job<unknown>) => {
    const payload = Payload.safeParse(data);
    // Not ours: to throw would bring it again.
    if (!payload.success)
      return options.onError?.(new Error(`dropped a job of kind ${name}: ${payload.error.message}`));
    await handler({ jobId: payload.data.jobId, kind: name });
  };
  const worker = await openUntilReady(queueUrl, deliver, options);
  worker.run().catch((error: unknown) => options.onError?.(asError(error)));
  return { close: ({ force = false } = {}) => worker.close(force) };
}

type AnyWorker = Pick<Worker, 'close' | 'run' | 'waitUntilReady'>;
type Deliver = (job: Job<unknown>) => Promise<void>;

async function openUntilReady(queueUrl: string, deliver: Deliver, options: ConsumerOptions): Promise<AnyWorker> {
  for (;;) {
    const worker = openWorker(queueUrl, deliver, options);
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

function openWorker(queueUrl: string, deliver: Deliver, options: ConsumerOptions): AnyWorker {
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
    return new Worker(QUEUE_NAME, deliver, { ...settings, connection }, createPostgresBackend).on('error', onError);
  }
  return new Worker(QUEUE_NAME, deliver, { ...settings, connection: redisConsumerConnection(queueUrl) }).on(
    'error',
    onError,
  );
}

/** BullMQ tells some outages thousands of times a second: what is told again within that time is told once. */
function atMostEvery(periodMs: number, tell: (error: Error) => void): (error: Error) => void {
  const toldAtMs = new Map<string, number>();
  return (error) => {
    const now = Date.now();
    if (now - (toldAtMs.get(error.message) ?? -Infinity) < periodMs) return;
    if (toldAtMs.size >= 100) toldAtMs.clear();
    toldAtMs.set(error.message, now);
    tell(error);
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
