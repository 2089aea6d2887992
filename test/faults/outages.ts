// Postgres refused and restarted, Redis restarted and emptied, while jobs are at work.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { newDatabase } from '../new-database.ts';
import { waitUntil } from '../processes.ts';
import { severable } from '../severable.ts';
import { askWhile } from './asking.ts';
import { checkJob, submit, waitForEnds, waitForProgress } from './jobs.ts';
import { type Scenario, type ScenarioContext } from './scenario.ts';
import { type Service, startTinyService } from './service.ts';

const REFUSED_MS = 30_000;
const RECOVERY_MS = 120_000;
const STEPS = 2_500;

export const postgresOutages: Scenario = {
  name: 'postgres',
  harm: 'Postgres refused for 30 s, restarted, and crashed, with the rows and the queue in it',
  async run(context) {
    const { ground, onEnd, tally, say } = context;
    let server = await ground.ownPostgres('harmed-postgres');
    const real = await newDatabase(server.url('postgres'));
    const way = await severable(real.url);
    await way.mend();
    onEnd(async () => {
      await way.sever();
      await server.stop();
    });
    const restart = async (end: () => Promise<void> | void) => {
      await end();
      await server.stop();
      server = await ground.ownPostgres('harmed-postgres');
      const moved = new URL(real.url);
      moved.port = new URL(server.url('postgres')).port;
      // The scenario's own queries go by it too.
      await way.sever();
      await way.mend(moved.href);
    };
    const database = { ...real, url: way.url, query: through(way.url) };
    const service = await startTinyService(context, { workers: 2, database });
    const refuse = async () => {
      await way.sever();
      await sleep(REFUSED_MS);
      await way.mend();
    };
    const harms: [string, () => Promise<void>][] = [
      ['Postgres refused for 30 s', refuse],
      ['restart of Postgres', () => restart(() => undefined)],
      ['crash of Postgres', () => restart(() => void process.kill(server.pid, 'SIGQUIT'))],
    ];
    const ids: string[] = [];
    for (const [what, harm] of harms) {
      ids.push(...(await submitAtWork(service, 2)));
      say(what);
      await whileAway(context, service, harm);
      tally.did(what);
    }
    await conclude(context, service, ids);
  },
};

export const redisOutages: Scenario = {
  name: 'redis',
  harm: 'Redis emptied, and away for 10 s and back empty, while jobs wait and work',
  async run(context) {
    const { ground, onEnd, tally, say } = context;
    let redis = await ground.ownRedis();
    const { url } = redis;
    onEnd(() => redis.stop());
    const service = await startTinyService(context, { workers: 2, environment: { QUEUE_URL: url } });
    const ids = await submitAtWork(service, 4);
    say('emptying');
    await empty(url);
    tally.did('Redis emptied');
    ids.push(...(await submitAtWork(service, 2)));
    say('stopping');
    await whileAway(context, service, async () => {
      await redis.stop();
      // What is submitted meanwhile is stored, and enqueued later.
      ids.push(await submit(service, { steps: STEPS, seed: 9 }));
      tally.did('job submitted while Redis was away');
      await sleep(10_000);
      redis = await ground.ownRedis(Number(new URL(url).port));
    });
    tally.did('Redis away for 10 s and back empty');
    await conclude(context, service, ids);
  },
};

/** Several jobs, one of which is at work. */
async function submitAtWork(service: Service, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let seed = 1; seed <= count; seed++) {
    ids.push(await submit(service, { steps: STEPS, evaluate_every: 1000, seed }));
  }
  await waitForProgress(service, ids[0]!);
  return ids;
}

async function empty(redisUrl: string): Promise<void> {
  const { hostname, port } = new URL(redisUrl);
  const socket = connect(Number(port), hostname);
  socket.write('FLUSHALL\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  if (!answer.toString().startsWith('+OK')) throw new Error(`Redis said ${answer.toString()}`);
}

/** Queries by a way that may be cut: they wait until it is mended. */
function through(url: string) {
  return async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
}

/** Does the harm while a client asks, and waits until the service is ready again by itself. */
async function whileAway({ tally }: ScenarioContext, service: Service, harm: () => Promise<void>): Promise<void> {
  const [url] = service.urls;
  let over = false;
  const asking = askWhile([`${url}/v1/jobs`, `${url}/v1/models`, `${url}/livez`], { tally, isOver: () => over });
  await harm();
  const isReady = async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200;
  await waitUntil(isReady, 'the service is ready again', RECOVERY_MS);
  over = true;
  const { counts } = await asking;
  for (const [status, times] of Object.entries(counts)) tally.did(`request meanwhile, answered ${status}`, times);
  const after = await fetch(`${url}/v1/jobs`);
  tally.check('the API recovered by itself', after.status === 200 && service.apis[0]!.starts() === 1, after.status);
}

async function conclude({ tally }: ScenarioContext, service: Service, ids: string[]): Promise<void> {
  await waitForEnds(service, ids);
  for (const id of ids) await checkJob(service, tally, { id, steps: STEPS });
  tally.check(
    'no worker had to be started again',
    service.workers.every((worker) => worker.starts() === 1),
  );
}
