// Every kind of job over REST, one after the other, as a user would chain them: real API, real worker, real emulator.
import { type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type Job, type JobSpec } from '@distiller/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyTeacher } from './api.ts';
import { emptyDatabase, type TestDatabase } from './database.ts';
import { waitUntil } from './processes.ts';
import { findArcadePython } from './python.ts';
import { endServiceProcess, serviceEnvironment, startServiceProcess, trainingProcesses } from './service-process.ts';

const python = await findArcadePython();

let database: TestDatabase;
let directory: string;
let environment: NodeJS.ProcessEnv;
let processes: ChildProcess[] = [];
let client: Client;
let url: string;

beforeAll(async () => {
  database = await emptyDatabase();
  directory = await mkdtemp(join(tmpdir(), 'kinds-'));
  environment = { ...serviceEnvironment(database, directory), CHECKPOINT_EVERY_MS: '200' };
  const [api, worker] = await Promise.all([
    startServiceProcess('api', environment),
    startServiceProcess('worker', environment),
  ]);
  processes = [worker.process, api.process];
  url = api.ready.url ?? '';
  client = createClient({ baseUrl: url });
  const { input, weights } = tinyTeacher('tiny');
  const upload = await client.uploadFile(weights);
  await client.teachers.create({ ...input, weights: { upload: upload.id } });
}, 120_000);

afterAll(async () => {
  for (const child of processes) await endServiceProcess(child);
  await database.drop();
  await rm(directory, { recursive: true });
});

async function succeed(spec: JobSpec): Promise<Job> {
  const { id } = await client.jobs.create(spec);
  for await (const event of client.watch(id)) if (event.level === 'error') throw new Error(JSON.stringify(event));
  const job = await client.jobs.get(id);
  expect(job.status).toBe('succeeded');
  return job;
}

async function fileOf(job: Job, name: string): Promise<Uint8Array> {
  const response = await fetch(`${url}/v1/jobs/${job.id}/files/${name}`);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

const recording = (name: string): JobSpec => ({
  kind: 'recording',
  name,
  teacher: 'tiny',
  frames: 600,
  games: 4,
  max_episode_frames: 600,
});
const student = {
  layers: [
    { kind: 'conv' as const, filters: 2, kernel: 4, stride: 4 },
    { kind: 'relu' as const },
    { kind: 'flatten' as const },
    { kind: 'dense' as const, units: 4 },
  ],
};
// The tiny teacher is one dense layer: nothing that a relative weight must be relative to.
const loss = { derivative: { kind: 'vjp' as const, weight: { kind: 'fixed' as const, alpha: 0.01 } } };
const short = { student, loss, steps: 40, batch_size: 16, evaluate_every: 20, jacobian_frames: 10, train_fraction: 1 };

test.runIf(python)(
  'a recording makes rollouts, a labelling labels, a distillation uses them, an evaluation judges the student',
  async () => {
    const recorded = await succeed(recording('play'));
    expect(recorded.result?.['frames']).toBeGreaterThanOrEqual(600);
    const rollouts = await client.rollouts.get('play');
    expect(rollouts).toMatchObject({ job: recorded.id, source: { kind: 'recording', teacher: 'tiny' } });
    expect(recorded.made_rollouts).toEqual({ id: rollouts.id, name: 'play' });

    const pair = { teacher: 'tiny', rollouts: 'play' };
    const labelled = await succeed({
      kind: 'labelling',
      ...pair,
      name: 'said',
      projections: { kind: 'vjp', count: 2 },
    });
    expect(labelled.made_labels?.name).toBe('said');
    expect(labelled.result?.['frames']).toBe(rollouts.frames);

    const distilled = await succeed({ kind: 'distillation', ...pair, ...short });
    expect(distilled.labels?.name).toBe('said');
    const model = await client.models.get(distilled.model!);
    // An agent of CleanRL's or Stable-Baselines3's has a hidden layer, which this student lacks.
    const names = ['card.json', 'card.md', 'onnx', 'pytorch', 'reference', 'student', 'tfjs'];
    expect(model.files.map(({ name }) => name).sort()).toEqual(names);
    const card = JSON.parse(
      Buffer.from((await client.downloadModel(model.id, { file: 'card.json' })).bytes).toString(),
    ) as { exports: { difference: number }[]; lineage: { rollouts: { sha256: string } } };
    for (const { difference } of card.exports) expect(difference).toBeLessThan(1e-5);
    expect(card.lineage.rollouts.sha256).toBe(rollouts.file.sha256);

    const evaluated = await succeed({
      kind: 'evaluation',
      ...pair,
      student: { model: model.id },
      episodes: 2,
      max_episode_frames: 400,
      video: { seconds: 1 },
      saliency_frames: 2,
    });
    expect(evaluated.files.map(({ name }) => name)).toEqual(
      ['report.json', 'saliency-action.png', 'saliency-all.png', 'saliency.safetensors', 'video.mp4'].sort(),
    );
    const report = JSON.parse(Buffer.from(await fileOf(evaluated, 'report.json')).toString()) as { episodes: number };
    expect(report.episodes).toBe(2);
    expect(
      Buffer.from(await fileOf(evaluated, 'video.mp4'))
        .subarray(4, 8)
        .toString(),
    ).toBe('ftyp');
  },
  300_000,
);

test.runIf(python)(
  'a recording whose process is killed twice makes the same file as an undisturbed one',
  async () => {
    const calm = await succeed(recording('calm'));
    const { id } = await client.jobs.create({ ...recording('disturbed'), kind: 'recording' } as JobSpec);
    const working = () => trainingProcesses(environment);
    for (let kill = 1; kill <= 2; kill++) {
      await waitUntil(async () => (await client.jobs.get(id)).attempt === kill && working().length > 0, 'it plays');
      process.kill(working()[0]!.pid, 'SIGKILL');
    }
    for await (const event of client.watch(id)) if (event.level === 'error') throw new Error(JSON.stringify(event));
    const hash = async (name: string) => (await client.rollouts.get(name)).file.sha256;
    expect(await hash('disturbed')).toBe(await hash('calm'));
    expect(calm.status).toBe('succeeded');
  },
  180_000,
);

test.runIf(python)(
  'a closed loop needs a teacher and nothing else, and tells the return after each round',
  async () => {
    const data = {
      kind: 'closed_loop' as const,
      rounds: 1,
      frames_per_round: 300,
      evaluation_episodes: 2,
      max_episode_frames: 400,
    };
    const job = await succeed({ kind: 'distillation', teacher: 'tiny', ...short, data });
    const { data: metrics } = await client.jobs.metrics(job.id, { names: ['student_return', 'loss'] });
    const steps = (name: string) => metrics.find((one) => one.name === name)!.steps;
    expect(steps('student_return')).toEqual([20, 40]);
    expect(steps('loss')).toHaveLength(40);
  },
  180_000,
);

test.runIf(python)('recorded play of another library becomes rollouts', async () => {
  const { id } = await client.uploadFile(await readFile('test/reference/formats/rollouts/frames.npz'));
  const observation = { game: 'breakout', frame_skip: 20, sticky_action_probability: 0.25 };
  const job = await succeed({ kind: 'import', name: 'elsewhere', format: 'npz', file: { upload: id }, observation });
  const rollouts = await client.rollouts.get('elsewhere');
  expect(rollouts).toMatchObject({ job: job.id, frames: 111, episodes: 3, source: { kind: 'import', format: 'npz' } });
});

test.runIf(python)('an import that fails in the midst of the file says where, and makes nothing', async () => {
  const whole = await readFile('test/reference/formats/rollouts/frames.npz');
  const { id: upload } = await client.uploadFile(withTurnedBit(whole));
  const observation = { game: 'breakout', frame_skip: 20, sticky_action_probability: 0.25 };
  const spec = { kind: 'import' as const, name: 'damaged', format: 'npz' as const, file: { upload }, observation };
  const { id } = await client.jobs.create(spec);
  for await (const event of client.watch(id)) if (event.level === 'error') break;
  const job = await client.jobs.get(id);
  expect(job).toMatchObject({
    status: 'failed',
    error: { code: 'import_invalid', data: { where: expect.any(String) as string } },
  });
  await expect(client.rollouts.get('damaged')).rejects.toMatchObject({ code: 'rollouts_not_found' });
});

function withTurnedBit(bytes: Uint8Array): Uint8Array {
  const turned = Uint8Array.from(bytes);
  turned[Math.floor(turned.length / 3)]! ^= 1;
  return turned;
}
