// The whole service as its users meet it: an API process, a worker process, and a client that knows their address only.
import { type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type JobEvent, type JobSpec, loadPolicy, readSafetensors } from '@distiller/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyDatabase, type TestDatabase } from './database.ts';
import { waitUntil } from './processes.ts';
import {
  endServiceProcess,
  registerTiny,
  serviceEnvironment,
  startServiceProcess,
  trainingProcesses,
} from './service-process.ts';
import { tinySpec } from './tiny-distillation.ts';

const STEPS = 1500;

let database: TestDatabase;
let directory: string;
let environment: NodeJS.ProcessEnv;
let worker: ChildProcess;
let api: ChildProcess;
let client: Client;

beforeAll(async () => {
  database = await emptyDatabase();
  directory = await mkdtemp(join(tmpdir(), 'service-'));
  environment = serviceEnvironment(database, directory);
  // Both at once: each applies the migrations, and one of them finds it done.
  const [apiUp, workerUp] = await Promise.all([start('api'), start('worker')]);
  [api, worker] = [apiUp.process, workerUp.process];
  client = createClient({ baseUrl: apiUp.ready.url ?? '' });
}, 120_000);

afterAll(async () => {
  for (const one of [worker, api]) await endServiceProcess(one);
  await database.drop();
  await rm(directory, { recursive: true });
});

const start = (app: 'api' | 'worker') => startServiceProcess(app, environment);

/** SIGKILLs the training process once the job has gone on from where its attempt began. */
async function kill(job: string, victim: () => number): Promise<void> {
  const { step: from } = await client.jobs.get(job);
  await waitUntil(async () => (await client.jobs.get(job)).step > from, 'training goes on');
  process.kill(victim(), 'SIGKILL');
}

test('a job submitted over REST survives the death of its training process and of its worker, and its student is the one it says', async () => {
  await registerTiny(client, directory);
  const spec = tinySpec({ steps: STEPS, evaluate_every: 500 }) as JobSpec;
  const job = await client.jobs.create(spec);
  const events: JobEvent[] = [];
  const watching = (async () => {
    for await (const event of client.watch(job.id)) events.push(event);
  })();

  await kill(job.id, () => trainingProcesses(environment)[0]!.pid);
  await waitUntil(async () => (await client.jobs.get(job.id)).attempt === 2, 'a second attempt');
  await kill(job.id, () => worker.pid!);
  await waitUntil(() => trainingProcesses(environment).length === 0, 'a training process ends with its worker');
  worker = (await start('worker')).process;
  await watching;

  const ended = await client.jobs.get(job.id);
  expect(ended).toMatchObject({ status: 'succeeded', step: STEPS, attempt: 3, error: null });
  expect(events.map(({ seq }) => seq)).toEqual(counting(events.length));
  expect(events.at(-1)).toMatchObject({ type: 'status', data: { status: 'succeeded', model: ended.model } });
  const { data } = await client.jobs.metrics(job.id, { maxPoints: 100_000 });
  const stepsOf = (metric: string) => data.find(({ name }) => name === metric)?.steps;
  for (const name of ['loss', 'value_term', 'derivative_term', 'gradient_norm', 'learning_rate']) {
    expect(stepsOf(name), name).toEqual(counting(STEPS));
  }
  for (const name of ['kl', 'action_error', 'jacobian_error']) expect(stepsOf(name), name).toEqual([500, 1000, 1500]);
  await expectStudent(ended.model!);
}, 180_000);

/** Downloads the model: its bytes are those it says, and give the logits that the service computed. */
async function expectStudent(model: string): Promise<void> {
  const [student, reference] = [
    await client.downloadModel(model),
    await client.downloadModel(model, { file: 'reference' }),
  ];
  const { files } = await client.models.get(model);
  expect(files.find(({ name }) => name === 'student')?.sha256).toBe(
    createHash('sha256').update(student.bytes).digest('hex'),
  );
  const { tensors } = readSafetensors(reference.bytes);
  const [observations, expected] = [tensors.get('observations')!, tensors.get('logits')!];
  const own = loadPolicy(student.bytes).logits(observations.data as Uint8Array, observations.shape[0]!);
  expect(own).toHaveLength(expected.data.length);
  own.forEach((logit, index) => expect(Math.abs(logit - expected.data[index]!)).toBeLessThan(1e-5));
}

test('a job cancelled over REST while it trains ends as cancelled, and no training process is left', async () => {
  const { id } = await client.jobs.create(tinySpec({ steps: 1_000_000 }));
  await waitUntil(async () => (await client.jobs.get(id)).step > 0, 'it trains');
  expect((await client.jobs.cancel(id)).status).toBe('cancelling');
  for await (const event of client.watch(id)) if (event.type === 'status') expect(event.data.status).not.toBe('failed');
  expect((await client.jobs.get(id)).status).toBe('cancelled');
  await waitUntil(() => trainingProcesses(environment).length === 0, 'its training process is gone');
});

const counting = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
