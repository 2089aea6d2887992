// SIGKILL, at random times, of whatever works: training processes, workers, APIs.
import { setTimeout as sleep } from 'node:timers/promises';
import { type RandomStream } from '@distiller/sobolev';
import { artifactsDirectory, type Service, startTinyService } from './service.ts';
import { checkJob, checkStore, studentOf, submit, waitForEnds } from './jobs.ts';
import { type Scenario, type ScenarioContext } from './scenario.ts';
import { isRunning, waitUntil } from '../processes.ts';

interface Amount {
  jobs: number;
  /** How many of each are killed. */
  kills: Record<Victim, number>;
}
type Victim = 'training process' | 'worker' | 'API';

const STEPS = 900;
/** Different jobs; of each, one more runs undisturbed. */
const VARIANTS = [
  { seed: 1 },
  { seed: 2, loss: { derivative: { kind: 'jvp', directions: 'gaussian' } } },
  { seed: 3, optimizer: { kind: 'sgd', learning_rate: 0.01 } },
  { seed: 4, loss: { derivative: { kind: 'vjp', weight: { kind: 'fixed', alpha: 0.5 } } } },
];
/** At most this long, between one kill and the next. */
const PAUSE_MS = 2_000;

export const killsOnRedis: Scenario = {
  name: 'kills',
  harm: 'SIGKILL of training process, worker and API at random times, over 10 concurrent jobs; queue on Redis',
  run: (context) => killing(context, 'redis', { jobs: 10, kills: { 'training process': 30, worker: 12, API: 8 } }),
};

export const killsOnPostgres: Scenario = {
  name: 'kills-postgres',
  harm: 'the same over 4 concurrent jobs; queue on Postgres',
  run: (context) => killing(context, 'postgres', { jobs: 4, kills: { 'training process': 6, worker: 4, API: 2 } }),
};

async function killing(context: ScenarioContext, queue: 'redis' | 'postgres', { jobs, kills }: Amount): Promise<void> {
  const { tally, say, random } = context;
  const service = await startTinyService(context, { queue, workers: 2 });
  const variants = VARIANTS.slice(0, Math.min(jobs, VARIANTS.length));
  const common = { steps: STEPS, evaluate_every: 300 };
  const calm = [];
  for (const variant of variants) calm.push(await submit(service, { ...common, ...variant }));
  await waitForEnds(service, calm);
  say(`${calm.length} undisturbed jobs have ended`);

  const ids: string[] = [];
  // Those that have ended make room for others: there are so many to the last kill, however fast the machine is.
  const keepBusy = async () => {
    const open = await openJobs(service, ids);
    for (let job = open; job < jobs; job++)
      ids.push(await submit(service, { ...common, ...variants[ids.length % variants.length] }));
  };
  const order = shuffled(
    (Object.keys(kills) as Victim[]).flatMap((victim) => Array.from({ length: kills[victim] }, () => victim)),
    random,
  );
  for (const [index, victim] of order.entries()) {
    await keepBusy();
    // Before every other one somebody must have got on: a machine is never so unlucky that nothing ever begins.
    if (index % 2 === 1) await waitForAnyCheckpoint(service);
    await sleep(random.uniform() * PAUSE_MS);
    await kill(service, victim, random);
    tally.did(`SIGKILL of ${victim === 'API' ? 'an' : 'a'} ${victim}`);
  }
  say(`all ${order.length} are killed`);
  const states = await waitForEnds(service, ids);
  for (const id of [...calm, ...ids]) await checkJob(service, tally, { id, steps: STEPS });
  for (const [index, id] of ids.entries()) {
    const [own, undisturbed] = [await studentOf(service, id), await studentOf(service, calm[index % calm.length]!)];
    tally.check('the student has the bits of an undisturbed one', own !== undefined && own === undisturbed, {
      id,
      own,
    });
  }
  await checkStore(artifactsDirectory(context.directory), tally);
  const attempts = states.map(({ attempt }) => attempt);
  tally.measured('jobs, of which so many at once', `${ids.length}, ${jobs}`);
  tally.measured('attempts at a job, least and most', `${Math.min(...attempts)} and ${Math.max(...attempts)}`);
}

async function openJobs({ database }: Service, ids: string[]): Promise<number> {
  return (await database.query('SELECT 1 FROM jobs WHERE id = ANY($1) AND finished_at IS NULL', [ids])).length;
}

/** A checkpoint of any job, or the end of one, that was not there before. */
async function waitForAnyCheckpoint({ database }: Service): Promise<void> {
  const look = async () => {
    const [row] = await database.query<{ made: number }>(
      `SELECT (SELECT count(*) FROM events WHERE type = 'checkpoint')::int
              + (SELECT count(*) FROM jobs WHERE finished_at IS NOT NULL)::int AS made`,
    );
    return row!.made;
  };
  const before = await look();
  await waitUntil(async () => (await look()) > before, 'some job gets on', 120_000);
}

/** Kills one that lives: at work, or still starting. */
async function kill(service: Service, victim: Victim, random: RandomStream): Promise<void> {
  const living = () => pidsOf(service, victim).filter(isRunning);
  await waitUntil(() => living().length > 0, `there is a ${victim} to kill`, 120_000);
  const pids = living();
  process.kill(pids[random.below(pids.length)]!, 'SIGKILL');
}

function pidsOf(service: Service, victim: Victim): number[] {
  switch (victim) {
    case 'API':
      return service.apis.map((api) => api.pid());
    case 'worker':
      return service.workers.map((worker) => worker.pid());
    case 'training process':
      return service.training();
  }
}

function shuffled<T>(all: T[], random: RandomStream): T[] {
  const rest = [...all];
  return all.map(() => rest.splice(random.below(rest.length), 1)[0]!);
}
