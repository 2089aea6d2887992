/** Where the queue lives: the scheme of QUEUE_URL decides. */
export type QueuePlace = 'postgres' | 'redis';

export function placeOf(queueUrl: string): QueuePlace {
  const { protocol } = new URL(queueUrl);
  switch (protocol) {
    case 'postgres:':
    case 'postgresql:':
      return 'postgres';
    case 'redis:':
    case 'rediss:':
      return 'redis';
    default:
      throw new Error(`QUEUE_URL begins with ${protocol}//; there is a queue for postgres:// and redis://`);
  }
}

const CONNECT_TIMEOUT_MS = 3_000;

/** BullMQ keeps its tables in a schema of its own, `bullmq`, and brings them up to date itself. */
export function postgresConnection(queueUrl: string, max: number) {
  return { connectionString: queueUrl, max, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, migrate: true };
}

/** A producer answers a request: where Redis is away it must fail at once, not wait. */
export function redisProducerConnection(queueUrl: string) {
  return { url: queueUrl, connectTimeout: CONNECT_TIMEOUT_MS, enableOfflineQueue: false, maxRetriesPerRequest: 1 };
}

/** A consumer has nothing else to do than to wait until Redis is back. */
export function redisConsumerConnection(queueUrl: string) {
  return {
    url: queueUrl,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt: number) => Math.min(100 * 2 ** attempt, 5_000),
  };
}
