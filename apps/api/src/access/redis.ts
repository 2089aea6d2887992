import { Redis } from 'ioredis';

/** Where several APIs count together: the queue's Redis, where the queue is in one. It must not keep an answer waiting. */
export function connectRedis(queueUrl: string): Redis | undefined {
  if (!/^rediss?:/.test(queueUrl)) return undefined;
  const redis = new Redis(queueUrl, { connectTimeout: 1_000, maxRetriesPerRequest: 1, enableOfflineQueue: false });
  // Each command rejects with its own error; without a listener the event would end the process.
  redis.on('error', () => undefined);
  return redis;
}
