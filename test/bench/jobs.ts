import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client, type JobSpec } from '@distiller/client';
import { readBundle } from '../../apps/demo/src/bundle.ts';
import { register } from '../../apps/demo/src/register.ts';
import { startPostgres } from '../../apps/standalone/src/postgres/server.ts';
import { newDatabase } from '../new-database.ts';
import { endServiceProcess, serviceEnvironment, startServiceProcess } from '../service-process.ts';

/** A job as its user sees it: from its start to its end, and what it says of itself. */
export interface JobRow {
  kind: string;
  what: string;
  seconds: number;
  result: unknown;
}

const PAIR = { teacher: 'breakout-teacher', rollouts: 'bench-play' } as const;

/** One after the other, as a user would chain them: each uses what the one before it made. */
const specs: { what: string; spec: (made: Made) => JobSpec }[] = [
  {
    what: '40,000 frames of the bundled teacher',
    spec: () => ({
      kind: 'recording',
      teacher: PAIR.teacher,
      name: PAIR.rollouts,
      frames: 40_000,
      max_episode_frames: 18_000,
    }),
  },
  {
    what: 'log-probabilities and one vjp of every frame',
    spec: () => ({ kind: 'labelling', ...PAIR, name: 'bench-labels', projections: { kind: 'vjp', count: 1 } }),
  },
  {
    what: 'one round of 14,000 frames that the student plays, 3,000 steps of batch 200',
    spec: () => ({
      kind: 'distillation',
      ...PAIR,
      data: { kind: 'closed_loop', rounds: 1, frames_per_round: 14_000, evaluation_episodes: 10 },
      loss: { derivative: { kind: 'none' } },
      train_fraction: 1,
      steps: 3000,
      evaluate_every: 1500,
    }),
  },
  {
    what: '30 episodes each of teacher and that student, without sticky actions and with',
    spec: ({ model }) => ({ kind: 'evaluation', ...PAIR, student: { model }, max_episode_frames: 18_000 }),
  },
];

interface Made {
  model: string;
}

/** Every kind of job over REST with the bundled teacher: API, worker and Postgres as processes of their own. */
export async function measureJobs(): Promise<JobRow[]> {
  const directory = await mkdtemp(join(process.getuid?.() === 0 ? '/tmp' : tmpdir(), 'bench-jobs-'));
  await chmod(directory, 0o755);
  const cluster = `${directory}-cluster`;
  const postgres = await startPostgres({ directory: cluster, logFile: join(directory, 'postgres.log') });
  try {
    const database = await newDatabase(postgres.url('postgres'));
    const environment = {
      ...serviceEnvironment(database, directory),
      COMPUTE: 'tensorflow',
      CHECKPOINT_EVERY_MS: '30000',
    };
    const [api, worker] = await Promise.all([
      startServiceProcess('api', environment),
      startServiceProcess('worker', environment),
    ]);
    try {
      const client = createClient({ baseUrl: api.ready.url ?? '' });
      await register(client, await readBundle());
      return await runAll(client);
    } finally {
      for (const { process } of [worker, api]) await endServiceProcess(process);
    }
  } finally {
    await postgres.stop();
    await Promise.all([directory, cluster].map((path) => rm(path, { recursive: true, force: true })));
  }
}

async function runAll(client: Client): Promise<JobRow[]> {
  const rows: JobRow[] = [];
  const made: Made = { model: '' };
  for (const { what, spec } of specs) {
    const { id } = await client.jobs.create(spec(made));
    for await (const event of client.watch(id)) if (event.level === 'error') throw new Error(JSON.stringify(event));
    const job = await client.jobs.get(id);
    if (job.status !== 'succeeded') throw new Error(`${what}: ${job.status}`);
    made.model = job.model ?? made.model;
    const seconds = (Date.parse(job.finished_at ?? '') - Date.parse(job.started_at ?? '')) / 1000;
    rows.push({ kind: job.kind, what, seconds, result: job.result });
    console.error(JSON.stringify(rows.at(-1)));
  }
  return rows;
}
