// Fifty clients that submit with retries and duplicate keys, to two APIs, one of which is killed meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { type RandomStream } from '@distiller/sobolev';
import { tinySpec } from '../tiny-distillation.ts';
import { type Scenario } from './scenario.ts';
import { type Service, startTinyService } from './service.ts';
import { type Tally } from './tally.ts';

const CLIENTS = 50;
const JOBS_EACH = 40;
/** Of the jobs: those sent several times at once, those whose connection the client cuts before the answer. */
const [TWICE, CUT] = [0.3, 0.15];
const KILLED_AFTER = [400, 1_000];
const WAIT_MS = 150;

export const submissions: Scenario = {
  name: 'submissions',
  harm: '2,000 jobs from 50 clients with retries and duplicate keys to two APIs, of which one is killed twice',
  async run(context) {
    const { tally, random, say, seed } = context;
    const service = await startTinyService(context, { apis: 2, workers: 0 });
    const answered = new Map<string, string>();
    const kills = [...KILLED_AFTER];
    const onAnswered = (key: string, id: string) => {
      tally.check('a key is always answered with the same job', (answered.get(key) ?? id) === id, { key, id });
      answered.set(key, id);
      if (kills[0] === undefined || answered.size < kills[0]) return;
      kills.shift();
      process.kill(service.apis[1]!.pid(), 'SIGKILL');
      tally.did('SIGKILL of an API');
    };
    const plans = Array.from({ length: CLIENTS }, (_, client) =>
      Array.from({ length: JOBS_EACH }, (__, job) => planOf(random, `run${seed}-client${client}-job${job}`)),
    );
    await Promise.all(
      plans.map(async (jobs) => {
        for (const plan of jobs) await submitOnce(service, plan, { tally, onAnswered });
      }),
    );
    say('all are answered');
    const [{ jobs, events, keys }] = (await service.database.query<{ jobs: number; events: number; keys: number }>(
      `SELECT (SELECT count(*)::int FROM jobs) AS jobs,
              (SELECT count(*)::int FROM events WHERE seq = 1) AS events,
              (SELECT count(DISTINCT resource_id)::int FROM idempotency_keys) AS keys`,
    )) as [{ jobs: number; events: number; keys: number }];
    const expected = CLIENTS * JOBS_EACH;
    tally.check(`there are exactly ${expected} jobs`, jobs === expected, jobs);
    tally.check('each was queued once', events === expected, events);
    tally.check(
      'each key has a job of its own',
      keys === expected && new Set(answered.values()).size === expected,
      keys,
    );
    const known = new Set((await service.database.query<{ id: string }>('SELECT id FROM jobs')).map(({ id }) => id));
    for (const id of answered.values()) tally.check('a job that was answered is there', known.has(id), id);
  },
};

interface Plan {
  key: string;
  seed: number;
  /** How many send it at once. */
  copies: number;
  /** After how many milliseconds the first sender cuts its connection. */
  cutAfterMs: number | undefined;
}

/** Drawn beforehand: what a run draws must not depend on who is quicker. */
function planOf(random: RandomStream, key: string): Plan {
  return {
    key,
    seed: random.below(1_000),
    copies: random.uniform() < TWICE ? 2 + random.below(2) : 1,
    cutAfterMs: random.uniform() < CUT ? random.below(60) : undefined,
  };
}

interface Watching {
  tally: Tally;
  onAnswered: (key: string, id: string) => void;
}

/** Sends the request until it is answered with a job, through refusals, cuts and dead APIs. */
async function submitOnce(service: Service, plan: Plan, watching: Watching): Promise<void> {
  const { urls } = service;
  const senders = Array.from({ length: plan.copies }, async (_, copy) => {
    for (let attempt = 0; ; attempt++) {
      const cut = copy === 0 && attempt === 0 ? plan.cutAfterMs : undefined;
      const url = urls[(copy + attempt) % urls.length]!;
      if (await send(`${url}/v1/jobs`, { plan, cut, watching })) return;
      await sleep(WAIT_MS);
    }
  });
  await Promise.all(senders);
}

/** @returns whether it was answered with a job */
async function send(
  url: string,
  { plan, cut, watching: { tally, onAnswered } }: { plan: Plan; cut: number | undefined; watching: Watching },
): Promise<boolean> {
  tally.did('POST /v1/jobs');
  const signal = AbortSignal.timeout(cut ?? 60_000);
  const headers = { 'content-type': 'application/json', 'idempotency-key': plan.key };
  const body = JSON.stringify(tinySpec({ seed: plan.seed }));
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    const answer = (await response.json()) as { id: string; code?: string };
    if (response.headers.get('idempotency-replayed')) tally.did('answer that was told again');
    if (response.status === 201) {
      onAnswered(plan.key, answer.id);
      return true;
    }
    const isPassing = response.status === 503 || answer.code === 'idempotency_in_flight';
    tally.check('a refusal says to try again', isPassing && Number(response.headers.get('retry-after')) > 0, answer);
    tally.did(`answer ${response.status}`);
  } catch {
    tally.did(cut === undefined ? 'request that found no API' : 'request whose client went away');
  }
  return false;
}
