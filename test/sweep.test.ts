// Sweeps as their users meet them: the API and two workers as processes, killed in the midst of it.
import { type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient, type Job, type JobSpec } from '@distiller/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyDatabase, type TestDatabase } from './database.ts';
import { endServiceProcess, registerTiny, serviceEnvironment, startServiceProcess } from './service-process.ts';
import { tinySpec } from './tiny-distillation.ts';

const STEPS = 400;
const RATES = [0.03, 0.01, 0.003, 0.001];

let database: TestDatabase;
let directory: string;
let environment: NodeJS.ProcessEnv;
let api: ChildProcess;
let workers: ChildProcess[];
let client: Client;

beforeAll(async () => {
  database = await emptyDatabase();
  directory = await mkdtemp(join(tmpdir(), 'sweep-'));
  environment = serviceEnvironment(database, directory);
  const [first, ...others] = await Promise.all([start('api'), start('worker'), start('worker')]);
  api = first.process;
  workers = others.map(({ process: worker }) => worker);
  client = createClient({ baseUrl: first.ready.url ?? '' });
  await registerTiny(client, directory);
}, 120_000);

afterAll(async () => {
  for (const one of [...workers, api]) await endServiceProcess(one);
  await database.drop();
  await rm(directory, { recursive: true });
});

const start = (app: 'api' | 'worker') => startServiceProcess(app, environment);

/** What a job of its own would be given, without what is the sweep's. */
function base() {
  const spec = tinySpec({ steps: STEPS, evaluate_every: 50 });
  const ofTheSweep = ['priority', 'tags', 'metadata', 'requires'];
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !ofTheSweep.includes(name)));
}

const sweepSpec = (fields: object): JobSpec => ({ kind: 'sweep', base: base(), ...fields }) as unknown as JobSpec;

/** SIGKILL, so that nothing is tidied up; the clients find the next one at the same address. */
async function killApi(): Promise<void> {
  const { port } = new URL(client.jobs.fileUrl('x', 'y'));
  const gone = new Promise((resolve) => api.once('exit', resolve));
  api.kill('SIGKILL');
  await gone;
  environment = { ...environment, PORT: port };
  api = (await start('api')).process;
}

/** As long as it takes: on a busy machine a child may need many seconds to begin. */
async function until(fact: () => Promise<boolean>): Promise<void> {
  while (!(await fact())) await sleep(50);
}

async function ended(id: string): Promise<Job> {
  for await (const event of client.watch(id)) if (event.level === 'error') throw new Error(JSON.stringify(event));
  return client.jobs.get(id);
}

async function studentOf(model: string): Promise<string> {
  const { files } = await client.models.get(model);
  return files.find(({ name }) => name === 'student')!.sha256;
}

/** Of a job that nobody has disturbed. */
async function calmStudent(learningRate: number): Promise<string> {
  const spec = { ...base(), optimizer: { kind: 'adam', learning_rate: learningRate } };
  const { id } = await client.jobs.create(spec as unknown as JobSpec);
  return studentOf((await ended(id)).model!);
}

/** By `npm run test:sweeps`: with a real service they take minutes, and what decides them is tested in libs/storage/src/sweeps. */
const slowly = test.runIf(process.env['SLOW']);

test('a grid whose API is killed half-way is done on all workers, each child once, and the best student gets its name', async () => {
  const spec = sweepSpec({
    parameters: { 'optimizer.learning_rate': { values: RATES } },
    ...{ name: 'swept', max_parallel: 2, share_labels: false },
  });
  const { id } = await client.jobs.create(spec);
  await until(async () => (await client.jobs.get(id)).sweep!.children.succeeded > 0);
  await killApi();
  const sweep = await ended(id);
  expect(sweep).toMatchObject({
    ...{ status: 'succeeded', step: STEPS * RATES.length, total_steps: STEPS * RATES.length },
    sweep: { children: { total: 4, succeeded: 4 } },
  });
  const { data: children } = await client.jobs.children(id);
  expect(children.map(({ place }) => place).sort()).toEqual([1, 2, 3, 4]);
  for (const { job_id: child } of children) {
    const { data } = await client.jobs.metrics(child, { names: ['loss'], maxPoints: 10_000 });
    expect(data[0]?.total).toBe(STEPS);
    expect((await client.jobs.get(child)).attempt).toBe(1);
  }
  const best = children.reduce((a, b) => (b.value! < a.value! ? b : a));
  expect(sweep.sweep!.best).toMatchObject({ job_id: best.job_id, value: best.value, point: best.point });
  expect((await client.models.get('swept@1')).id).toBe(best.model_id);
  expect(sweep.model).toBe(best.model_id);
  const events = await client.jobs.events(id, { limit: 100 });
  expect(events.data.filter(({ message }) => /^Child \d succeeded/.test(message))).toHaveLength(4);
  expect(await studentOf(best.model_id!)).toBe(await calmStudent(Number(best.point['optimizer.learning_rate'])));
}, 300_000);

slowly(
  'successive halving lets the best go on from its rung: killed processes or not, its student is that of an undisturbed job',
  async () => {
    const spec = sweepSpec({
      parameters: { 'optimizer.learning_rate': { values: RATES } },
      search: { kind: 'successive_halving', samples: 4, eta: 2, min_steps: 50 },
      share_labels: false,
    });
    const { id } = await client.jobs.create(spec);
    const isAtRung = async () =>
      (await client.jobs.children(id)).data.some(({ held_for: heldFor }) => heldFor === 'rung');
    await until(isAtRung);
    await killApi();
    const sweep = await ended(id);
    expect(sweep).toMatchObject({
      ...{ status: 'succeeded', step: 4 * 50 + 2 * 50 + 300, total_steps: 4 * 50 + 2 * 50 + 300 },
      sweep: { rungs: [50, 100], children: { succeeded: 1, halved: 3 } },
    });
    const best = sweep.sweep!.best!;
    expect((await client.jobs.get(best.job_id)).attempt).toBe(3);
    expect(await studentOf(best.model_id!)).toBe(await calmStudent(Number(best.point['optimizer.learning_rate'])));
  },
  300_000,
);

slowly(
  'children share labels that a job of the sweep makes first',
  async () => {
    const values = [{ derivative: { kind: 'none' } }, { derivative: { kind: 'vjp' } }];
    const { id } = await client.jobs.create(sweepSpec({ parameters: { loss: { values }, seed: { values: [1, 2] } } }));
    const sweep = await ended(id);
    expect(sweep.sweep!.children.succeeded).toBe(4);
    const { data } = await client.jobs.list({ parent_id: id });
    const made = data.filter(({ kind }) => kind === 'labelling').map(({ made_labels: labels }) => labels!.id);
    expect(made).toHaveLength(1);
    const used = data.filter(({ kind }) => kind === 'distillation').map(({ labels }) => labels?.id);
    expect(used).toEqual(Array(4).fill(made[0]));
  },
  300_000,
);
