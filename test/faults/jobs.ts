// Jobs of a service that is being harmed: submitted, awaited, and held against what must be true of each in the end.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JobSpec, ProblemError } from '@distiller/client';
import { waitUntil } from '../processes.ts';
import { tinySpec } from '../tiny-distillation.ts';
import { type Service } from './service.ts';
import { type Tally } from './tally.ts';

const PATIENCE_MS = 240_000;
const FINAL = ['succeeded', 'failed', 'cancelled'];
/** What is recorded of every step. */
const STEP_METRICS = ['loss', 'value_term', 'derivative_term', 'gradient_norm', 'learning_rate'];

interface JobState {
  id: string;
  status: string;
  step: number;
  attempt: number;
  error: { code: string; message: string } | null;
}

/** Submits, through an API that may be away at times. */
export async function submit(service: Service, overrides: Record<string, unknown>): Promise<string> {
  return (await persistently(() => service.client.jobs.create(tinySpec(overrides) as JobSpec))).id;
}

/** Calls an API that may die under the call: until it answers, or refuses. */
async function persistently<T>(call: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const isPassing = error instanceof ProblemError ? error.status === 503 : error instanceof TypeError;
      if (!isPassing || Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

async function statesOf({ database }: Service, ids: string[]): Promise<JobState[]> {
  const sql = 'SELECT id, status::text AS status, step, attempt, error FROM jobs WHERE id = ANY($1) ORDER BY id';
  return database.query<JobState>(sql, [ids]);
}

export async function stateOf(service: Service, id: string): Promise<JobState> {
  return (await statesOf(service, [id]))[0]!;
}

export async function waitForEnds(service: Service, ids: string[], patienceMs = PATIENCE_MS): Promise<JobState[]> {
  let states: JobState[] = [];
  const allEnded = async () => {
    states = await statesOf(service, ids);
    return states.every(({ status }) => FINAL.includes(status));
  };
  await waitUntil(allEnded, 'every job ended', patienceMs).catch((error: unknown) => {
    throw new Error(`${String(error)} They stand at ${JSON.stringify(states)}`);
  });
  return states;
}

/** Waits until the job has gone on from where it stands now. */
export async function waitForProgress(service: Service, id: string): Promise<void> {
  const { step } = await stateOf(service, id);
  await waitUntil(async () => (await stateOf(service, id)).step > step, `${id} goes on from step ${step}`, 60_000);
}

export async function waitForCheckpoint({ database }: Service, id: string): Promise<void> {
  const count = () => database.query('SELECT 1 FROM checkpoints WHERE job_id = $1', [id]);
  await waitUntil(async () => (await count()).length > 0, `a checkpoint of ${id}`, 60_000);
}

/** A job that has ended well: its steps once each, its history without a gap, its end told once, one model. */
export async function checkJob(service: Service, tally: Tally, { id, steps }: { id: string; steps: number }) {
  const { database } = service;
  const state = await stateOf(service, id);
  tally.check('the job succeeded', state.status === 'succeeded', state);
  const metrics = await database.query<Counted>(
    `SELECT name, count(*)::int AS rows, count(DISTINCT step)::int AS steps, min(step) AS first, max(step) AS last
     FROM metrics WHERE job_id = $1 AND name = ANY($2) GROUP BY name`,
    [id, STEP_METRICS],
  );
  tally.check("every step's metrics are there", metrics.length === STEP_METRICS.length, { id, metrics });
  for (const metric of metrics) {
    const { rows, steps: distinct, first, last } = metric;
    const isWhole = rows === steps && distinct === steps && first === 1 && last === steps;
    tally.check(`a metric's curve has each step exactly once`, isWhole, { id, steps, metric });
  }
  const [events] = await database.query<{ rows: number; seqs: number; first: number; last: number; ends: number }>(
    `SELECT count(*)::int AS rows, count(DISTINCT seq)::int AS seqs, min(seq) AS first, max(seq) AS last,
            count(*) FILTER (WHERE type = 'status' AND data->>'status' = 'succeeded')::int AS ends
     FROM events WHERE job_id = $1`,
    [id],
  );
  const { rows, seqs, first, last, ends } = events!;
  tally.check('a history counts from 1 without a gap', rows === seqs && first === 1 && last === rows, { id, events });
  tally.check('the end is told once', ends === 1, { id, ends });
  const models = await database.query('SELECT id FROM models WHERE job_id = $1', [id]);
  tally.check('a job made one model', models.length === 1, { id, models });
}

interface Counted {
  name: string;
  rows: number;
  steps: number;
  first: number;
  last: number;
}

/** The student's sha256. */
export async function studentOf({ database }: Service, id: string): Promise<string | undefined> {
  const rows = await database.query<{ sha256: string }>(
    "SELECT f.sha256 FROM model_files f JOIN models m ON m.id = f.model_id WHERE m.job_id = $1 AND f.name = 'student'",
    [id],
  );
  return rows[0]?.sha256;
}

/** Every stored object has the bytes that its name says. */
export async function checkStore(artifacts: string, tally: Tally): Promise<void> {
  const objects = join(artifacts, 'objects');
  const entries = await readdir(objects, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const bytes = await readFile(join(entry.parentPath, entry.name));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    tally.check('a stored object is whole', sha256 === basename(entry.name), entry.name);
  }
}
