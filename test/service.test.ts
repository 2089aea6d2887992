// The whole service as its users meet it: an API process, a worker process, and a client that knows their address only.
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, createClient, type JobEvent, type JobSpec, loadPolicy, readSafetensors } from '@distiller/client';
import { writeSafetensors } from '@distiller/policies/description';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyDatabase, type TestDatabase } from './database.ts';
import { processesWith, waitUntil } from './processes.ts';
import { ACTIONS, tinyContract, tinySpec, tinyTeacher, tinyWeights, writeTinyRollouts } from './tiny-distillation.ts';

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
  environment = {
    DATABASE_URL: database.url,
    QUEUE_URL: database.url,
    ARTIFACTS_URL: pathToFileURL(join(directory, 'artifacts')).href,
    COMPUTE: 'wasm',
    CHECKPOINT_EVERY_MS: '300',
    PORT: '0',
    LOG_LEVEL: 'silent',
  };
  // Both at once: each applies the migrations, and one of them finds it done.
  const [apiUp, workerUp] = await Promise.all([start('api'), start('worker')]);
  [api, worker] = [apiUp.process, workerUp.process];
  client = createClient({ baseUrl: apiUp.ready.url ?? '' });
}, 120_000);

afterAll(async () => {
  for (const one of [worker, api]) {
    one.kill('SIGTERM');
    if (one.exitCode === null && one.signalCode === null) await once(one, 'exit');
  }
  await database.drop();
  await rm(directory, { recursive: true });
});

interface Ready {
  type: 'ready';
  url?: string;
  engine?: string;
}

async function start(app: 'api' | 'worker'): Promise<{ process: ChildProcess; ready: Ready }> {
  const script = join(import.meta.dirname, '..', 'apps', app, 'src', 'main.ts');
  const child = fork(script, {
    execArgv: ['--import', import.meta.resolve('tsx')],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [ready] = (await once(child, 'message')) as [Ready];
  return { process: child, ready };
}

/** Training processes of our own worker: others may run beside this test. */
const trainingProcesses = () =>
  processesWith(environment['ARTIFACTS_URL']!).filter(({ command }) => command.includes('process/main.ts'));

/** Registers teacher and rollouts by uploading them. */
async function register(): Promise<void> {
  const weights = writeSafetensors({ tensors: tinyWeights(), metadata: {} });
  const uploaded = await client.uploadFile(weights);
  const sha256 = createHash('sha256').update(weights).digest('hex');
  const described = { name: 'tiny', observation: tinyContract, actions: ACTIONS, architecture: tinyTeacher };
  await client.teachers.create({ ...described, weights: { upload: uploaded.id, sha256 } });
  const path = join(directory, 'tiny.zarr.zip');
  await writeTinyRollouts(path);
  const file = await client.uploadFile(await readFile(path));
  await client.rollouts.create({ name: 'tiny', file: { upload: file.id } });
}

/** SIGKILLs the training process once the job has gone on from where its attempt began. */
async function kill(job: string, victim: () => number): Promise<void> {
  const { step: from } = await client.jobs.get(job);
  await waitUntil(async () => (await client.jobs.get(job)).step > from, 'training goes on');
  process.kill(victim(), 'SIGKILL');
}

test('a job submitted over REST survives the death of its training process and of its worker, and its student is the one it says', async () => {
  await register();
  const spec = tinySpec({ steps: STEPS, evaluate_every: 500 }) as JobSpec;
  const job = await client.jobs.create(spec);
  const events: JobEvent[] = [];
  const watching = (async () => {
    for await (const event of client.watch(job.id)) events.push(event);
  })();

  await kill(job.id, () => trainingProcesses()[0]!.pid);
  await waitUntil(async () => (await client.jobs.get(job.id)).attempt === 2, 'a second attempt');
  await kill(job.id, () => worker.pid!);
  await waitUntil(() => trainingProcesses().length === 0, 'a training process ends with its worker');
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
  await waitUntil(() => trainingProcesses().length === 0, 'its training process is gone');
});

const counting = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
