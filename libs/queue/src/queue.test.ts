import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { emptyDatabase } from '../../../test/database.ts';
import { waitUntil } from '../../../test/processes.ts';
import { type Consumer, createConsumer } from './consumer.ts';
import { createProducer, type Producer } from './producer.ts';

interface Backend {
  url: string;
  clear(): Promise<void>;
}

async function onPostgres(): Promise<Backend> {
  const database = await emptyDatabase();
  return { url: database.url, clear: () => database.drop() };
}

async function onRedis(url: string): Promise<Backend> {
  const redis = new Redis(`${url}/5`);
  await redis.flushdb();
  return { url: `${url}/5`, clear: async () => void (await redis.flushdb().then(() => redis.quit())) };
}

const redisUrl = inject('redisUrl');
describe('on Postgres', () => queueConformance(onPostgres));
if (redisUrl) describe('on Redis', () => queueConformance(() => onRedis(redisUrl)));

/** What every backend must do. */
function queueConformance(open: () => Promise<Backend>): void {
  let backend: Backend;
  let producer: Producer;

  beforeAll(async () => {
    backend = await open();
    producer = createProducer(backend.url);
  });

  afterAll(async () => {
    await producer.close();
    await backend.clear();
  });

  const jobId = () => `job_${randomUUID()}`;

  /** A consumer of its own that remembers what it was given, and is closed after the test. */
  async function consume(
    handler: (delivery: { jobId: string; kind: string }) => Promise<void> = () => Promise.resolve(),
    concurrency = 1,
  ) {
    const seen: { jobId: string; kind: string }[] = [];
    const note = async (delivery: { jobId: string; kind: string }) => {
      seen.push(delivery);
      await handler(delivery);
    };
    const options = { concurrency, lockMs: 1_000, stalledCheckMs: 500 };
    const consumer: Consumer = await createConsumer(backend.url, note, options);
    onTestFinished(() => consumer.close({ force: true }));
    return { seen, consumer };
  }

  const times = (seen: { jobId: string }[], id: string) => seen.filter((one) => one.jobId === id).length;

  test('a producer is ready', () => producer.checkReady());

  test('a job is delivered with its kind, once', async () => {
    const id = jobId();
    const { seen } = await consume();
    await producer.enqueue({ jobId: id, kind: 'distillation' });
    await waitUntil(() => times(seen, id) > 0, 'a delivery');
    await sleep(100);
    expect(seen.filter((one) => one.jobId === id)).toEqual([{ jobId: id, kind: 'distillation' }]);
  });

  test('a job that waits already is not enqueued again, by however many', async () => {
    const id = jobId();
    const second = createProducer(backend.url);
    onTestFinished(() => second.close());
    const both = [producer, second, producer, second, producer];
    await Promise.all(both.map((one) => one.enqueue({ jobId: id, kind: 'distillation' })));
    const { seen } = await consume();
    await waitUntil(() => times(seen, id) > 0, 'a delivery');
    await sleep(300);
    expect(times(seen, id)).toBe(1);
  });

  test('a job that is being worked on is not delivered to another', async () => {
    const id = jobId();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const hold = ({ jobId }: { jobId: string }) => (jobId === id ? held : Promise.resolve());
    const [first, second] = [await consume(hold), await consume(hold)];
    await producer.enqueue({ jobId: id, kind: 'distillation' });
    await waitUntil(() => times(first.seen, id) + times(second.seen, id) > 0, 'a delivery');
    await producer.enqueue({ jobId: id, kind: 'distillation' });
    // Longer than the lock: it must have been renewed.
    await sleep(2_500);
    expect(times(first.seen, id) + times(second.seen, id)).toBe(1);
    release();
  });

  test('a job can be enqueued again after it was done', async () => {
    const id = jobId();
    const { seen } = await consume();
    await producer.enqueue({ jobId: id, kind: 'distillation' });
    await waitUntil(() => times(seen, id) === 1, 'the first delivery');
    await waitUntil(async () => {
      await producer.enqueue({ jobId: id, kind: 'distillation' });
      return times(seen, id) >= 2;
    }, 'the second delivery');
  });

  test('a job whose handler fails comes again', async () => {
    const id = jobId();
    let failures = 0;
    const { seen } = await consume(({ jobId }) => {
      if (jobId === id && failures++ === 0) return Promise.reject(new Error('the database is away'));
      return Promise.resolve();
    });
    await producer.enqueue({ jobId: id, kind: 'distillation' });
    await waitUntil(() => times(seen, id) === 2, 'the second delivery');
  });

  test('each of many jobs goes to one of several consumers', async () => {
    const ids = Array.from({ length: 40 }, jobId);
    const consumers = [await consume(undefined, 4), await consume(undefined, 4)];
    await Promise.all(ids.map((id) => producer.enqueue({ jobId: id, kind: 'distillation' })));
    const seen = () => consumers.flatMap((one) => one.seen.map((delivery) => delivery.jobId));
    await waitUntil(() => ids.every((id) => seen().includes(id)), 'every job');
    expect(
      seen()
        .filter((id) => ids.includes(id))
        .sort(),
    ).toEqual([...ids].sort());
  });

  test('of jobs that wait, those of higher priority are delivered first, and equal ones as they came', async () => {
    const holder = jobId();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { seen } = await consume(({ jobId }) => (jobId === holder ? held : Promise.resolve()));
    await producer.enqueue({ jobId: holder, kind: 'distillation' });
    await waitUntil(() => times(seen, holder) === 1, 'the holder');
    const jobs = [0, -5, 7, 0, 7, 1000].map((priority, index) => ({ jobId: `${jobId()}-${index}`, priority }));
    for (const job of jobs) await producer.enqueue({ ...job, kind: 'distillation' });
    release();
    await waitUntil(() => jobs.every((job) => times(seen, job.jobId) === 1), 'all of them');
    const order = seen.map((one) => one.jobId).filter((id) => jobs.some((job) => job.jobId === id));
    expect(order.map((id) => Number(id.at(-1)))).toEqual([5, 2, 4, 0, 3, 1]);
  });

  test('closing waits for the job at work and takes no other', async () => {
    const [first, second] = [jobId(), jobId()];
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { seen, consumer } = await consume(({ jobId }) => (jobId === first ? held : Promise.resolve()));
    await producer.enqueue({ jobId: first, kind: 'distillation' });
    await waitUntil(() => times(seen, first) === 1, 'the first delivery');
    await producer.enqueue({ jobId: second, kind: 'distillation' });
    let closed = false;
    const closing = consumer.close().then(() => (closed = true));
    await sleep(300);
    expect(closed).toBe(false);
    release();
    await closing;
    expect(times(seen, second)).toBe(0);
    const other = await consume();
    await waitUntil(() => times(other.seen, second) === 1, 'delivery to another');
    expect(times(other.seen, first)).toBe(0);
  });

  test('the job of a consumer that was killed is delivered to another', async () => {
    const id = jobId();
    const script = new URL('./killed-consumer.fixture.ts', import.meta.url);
    const child = fork(script, [backend.url], { execArgv: ['--import', 'tsx'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'message');
    await producer.enqueue({ jobId: id, kind: 'distillation' });
    expect(await once(child, 'message')).toContainEqual({ delivered: id });
    child.kill('SIGKILL');
    const { seen } = await consume();
    await waitUntil(() => times(seen, id) === 1, 'delivery to another');
  });
}

test('an unknown address is refused', () => {
  expect(() => createProducer('amqp://localhost')).toThrow('amqp:');
});

const postgresUrl = inject('postgresUrl');
for (const real of redisUrl ? [postgresUrl, redisUrl] : [postgresUrl]) {
  test(`where ${new URL(real).protocol} is away a producer fails, and works once it is there`, async () => {
    const url = new URL(real);
    const upstream = { host: url.hostname, port: Number(url.port) };
    url.port = String(await unusedPort());
    const producer = createProducer(url.href);
    onTestFinished(() => producer.close());
    await expect(producer.enqueue({ jobId: 'job_1', kind: 'distillation' })).rejects.toThrow();
    await expect(producer.checkReady()).rejects.toThrow();
    const proxy = createServer((socket) => {
      const onward = connect(upstream);
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on('error', () => end.destroy());
    });
    onTestFinished(() => void proxy.close());
    await once(proxy.listen(Number(url.port), '127.0.0.1'), 'listening');
    await producer.checkReady();
  });
}

test('a consumer whose queue is away waits until it is told to stop', async () => {
  const stop = new AbortController();
  const errors: Error[] = [];
  const url = `postgres://postgres@127.0.0.1:${await unusedPort()}/none`;
  const options = { signal: stop.signal, onError: (error: Error) => void errors.push(error) };
  const consumer = createConsumer(url, () => Promise.resolve(), options);
  await waitUntil(() => errors.length > 1, 'two attempts');
  stop.abort();
  await expect(consumer).rejects.toThrow();
});

async function unusedPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
