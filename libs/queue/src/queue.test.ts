import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { emptyDatabase } from '../../../test/database.ts';
import { waitUntil } from '../../../test/processes.ts';
import { severable } from '../../../test/severable.ts';
import { unusedPort } from '../../../test/unused-port.ts';
import { type Consumer, type ConsumerOptions, createConsumer } from './consumer.ts';
import { GivenBackError } from './given-back.ts';
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
    { concurrency = 1, lanes = ['any'] }: Pick<ConsumerOptions, 'concurrency' | 'lanes'> = {},
  ) {
    const seen: { jobId: string; kind: string }[] = [];
    let atWork = 0;
    const note = async (delivery: { jobId: string; kind: string }) => {
      seen.push(delivery);
      atWork++;
      await handler(delivery).finally(() => atWork--);
    };
    const options = { concurrency, lanes, lockMs: 1_000, stalledCheckMs: 500 };
    const consumer: Consumer = await createConsumer(backend.url, note, options);
    // By force it may leave with a job that it was just fetching: one of the next test's, which then comes last.
    onTestFinished(() => consumer.close({ force: atWork > 0 }));
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
    const job = { jobId: id, kind: 'distillation' };
    await Promise.all(both.flatMap((one) => [one.enqueue(job), one.enqueueAll([job])]));
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
    await producer.enqueueAll([{ jobId: id, kind: 'distillation' }]);
    // Longer than the lock: it must have been renewed.
    await sleep(2_500);
    expect(times(first.seen, id) + times(second.seen, id)).toBe(1);
    release();
  });

  test('many are enqueued at once, each in its lane and in the order of their priorities', async () => {
    const jobs = [1, 3, 2].map((priority) => ({ jobId: jobId(), kind: 'distillation', priority }));
    const onGpu = { jobId: jobId(), kind: 'distillation', lane: 'gpu' as const };
    await producer.enqueueAll([...jobs, onGpu]);
    const { seen } = await consume();
    await waitUntil(() => jobs.every(({ jobId: id }) => times(seen, id) > 0), 'the deliveries');
    const delivered = seen.map((one) => jobs.find((job) => job.jobId === one.jobId)?.priority);
    expect(delivered.filter((priority) => priority !== undefined)).toEqual([3, 2, 1]);
    expect(times(seen, onGpu.jobId)).toBe(0);
    const gpu = await consume(undefined, { lanes: ['gpu'] });
    await waitUntil(() => times(gpu.seen, onGpu.jobId) > 0, "the GPU's delivery");
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
    const consumers = [await consume(undefined, { concurrency: 4 }), await consume(undefined, { concurrency: 4 })];
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

  test('a job of the GPU lane passes by who looks elsewhere, and is counted as waiting', async () => {
    const [gpu, plain] = [jobId(), jobId()];
    const elsewhere = await consume();
    await producer.enqueue({ jobId: gpu, kind: 'distillation', lane: 'gpu' });
    await producer.enqueue({ jobId: plain, kind: 'distillation' });
    await waitUntil(() => times(elsewhere.seen, plain) === 1, 'the job of the other lane');
    expect(await producer.waiting()).toEqual({ any: 0, gpu: 1 });
    const there = await consume(undefined, { lanes: ['gpu', 'any'] });
    await waitUntil(() => times(there.seen, gpu) === 1, 'the job of the GPU lane');
    expect(times(elsewhere.seen, gpu)).toBe(0);
  });

  test('who looks in two lanes works on one job at a time, and leaves the rest to others', async () => {
    const [first, second] = [jobId(), jobId()];
    const lanes = ['gpu', 'any'] as const;
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let [atWork, most] = [0, 0];
    const both = await consume(
      async ({ jobId }) => {
        most = Math.max(most, ++atWork);
        if (jobId === first || jobId === second) await held;
        atWork--;
      },
      { lanes },
    );
    await producer.enqueue({ jobId: first, kind: 'distillation', lane: 'gpu' });
    await waitUntil(() => times(both.seen, first) === 1, 'the first job');
    await producer.enqueue({ jobId: second, kind: 'distillation' });
    const other = await consume(({ jobId }) => (jobId === second ? held : Promise.resolve()));
    await waitUntil(() => times(other.seen, second) === 1, 'the second job, elsewhere');
    expect(times(both.seen, second)).toBe(0);
    release();
    const more = Array.from({ length: 20 }, (_, index) => ({ id: jobId(), lane: lanes[index % 2]! }));
    await other.consumer.close();
    await Promise.all(more.map(({ id, lane }) => producer.enqueue({ jobId: id, kind: 'distillation', lane })));
    await waitUntil(() => more.every(({ id }) => times(both.seen, id) === 1), 'every job of both lanes');
    expect(most).toBe(1);
  });

  test('a job that is given back waits for nothing and counts as no failure, however often', async () => {
    const id = jobId();
    let given = 0;
    const { seen } = await consume(({ jobId }) =>
      jobId === id && given++ < 10 ? Promise.reject(new GivenBackError('going away')) : Promise.resolve(),
    );
    // Ten failures would make it wait for minutes.
    await producer.enqueue({ jobId: id, kind: 'distillation' });
    await waitUntil(() => times(seen, id) === 11, 'the delivery after the last');
  });

  test('the job that a closing consumer gives back is delivered to another before any lock can have run out', async () => {
    const id = jobId();
    let giveBack = () => {};
    const told = new Promise<void>((_, reject) => (giveBack = () => reject(new GivenBackError('going away'))));
    told.catch(() => undefined);
    const leaving = await consume(({ jobId }) => (jobId === id ? told : Promise.resolve()));
    await producer.enqueue({ jobId: id, kind: 'distillation' });
    await waitUntil(() => times(leaving.seen, id) === 1, 'the first delivery');
    const closing = leaving.consumer.close();
    giveBack();
    await closing;
    const next = await producer.waiting();
    expect(next.any).toBe(1);
    const staying = await consume();
    await waitUntil(() => times(staying.seen, id) === 1, 'the second delivery');
    expect(times(leaving.seen, id)).toBe(1);
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
    const way = await severable(real);
    onTestFinished(() => way.sever());
    const producer = createProducer(way.url);
    onTestFinished(() => producer.close());
    await expect(producer.enqueue({ jobId: 'job_1', kind: 'distillation' })).rejects.toThrow();
    await expect(producer.checkReady()).rejects.toThrow();
    await way.mend();
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
