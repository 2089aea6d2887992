import { type LoadRequest } from './load-messages.ts';
import { quantile } from './statistics.ts';
import { beside, type Verdict } from './verdict.ts';
import { type World } from './world.ts';

/** What a list is narrowed by and ordered by, and how deep it is read. */
const FILTERS = [
  '',
  'status=queued',
  'status=running,failed',
  'kind=recording',
  'kind=recording,labelling',
  'teacher=tiny',
  'teacher=rare',
  'rollouts=tiny',
  'tag=team:atari',
  'tag=rare:yes',
  'metadata=study:s7',
  'metadata=study:none',
  'sort=created_at',
  'sort=-priority',
  'sort=priority',
  'status=succeeded&kind=distillation&teacher=tiny&tag=team:atari',
];

export interface ReadingOptions {
  rounds: number;
  /** Of each question a round, to ours and to the bare server. */
  answers: number;
  connections: number;
}

interface Question {
  what: string;
  path: string;
  ours: number[];
  bare: number[];
}

const MOST = 5;

/** Latency of one job and of every list, each beside a route that answers with the very same JSON. */
export async function measureReading(world: World, options: ReadingOptions): Promise<Verdict[]> {
  const { jobIds } = world;
  const middle = jobIds[Math.floor(jobIds.length / 2)]!;
  const get = [question('get', `/v1/jobs/${middle}`), question('get, newest', `/v1/jobs/${jobIds[0]}`)];
  const lists = listPaths(world).map((path) => question(path, path));
  // The 99th percentile of a few hundred answers would be the fourth slowest of them.
  await askAll(world, get, { ...options, answers: 10 * options.answers });
  await askAll(world, lists, options);
  return [
    compare('GET /v1/jobs/{id}, p99', get, options),
    compare(`GET /v1/jobs, ${lists.length} filters and pages, p99`, lists, options),
    worst(lists),
  ];
}

const question = (what: string, path: string): Question => ({ what, path, ours: [], bare: [] });

/** Each filter at its first page, deep within, and deep with a hundred jobs; spans of time at both ends. */
function listPaths({ jobIds }: World): string[] {
  const deep = Buffer.from(jobIds[Math.floor(jobIds.length * 0.9)]!).toString('base64url');
  const shallow = Buffer.from(jobIds[Math.floor(jobIds.length * 0.1)]!).toString('base64url');
  const dayMs = 24 * 3_600_000;
  const at = (daysAgo: number) => new Date(Date.now() - daysAgo * dayMs).toISOString();
  const days = jobIds.length / (24 * 60);
  const spans = [
    `created_after=${at(days)}&created_before=${at(days * 0.9)}`,
    `created_after=${at(days * 0.1)}`,
    `created_before=${at(days * 0.95)}&status=failed`,
  ];
  const paged = FILTERS.flatMap((filter) => {
    const cursor = filter === 'sort=created_at' ? shallow : deep;
    return [filter, `${filter}&cursor=${cursor}`, `${filter}&cursor=${cursor}&limit=100`];
  });
  return [...paged, ...spans].map((query) => `/v1/jobs?${query.replace(/^&/, '')}`);
}

async function askAll(world: World, questions: readonly Question[], { rounds, answers, connections }: ReadingOptions) {
  const { api, bare, load, headers } = world;
  const got = questions.map(async ({ path }) => {
    const answer = await fetch(`http://127.0.0.1:${api.port}${path}`, { headers });
    if (!answer.ok) throw new Error(`${answer.status} ${path}: ${await answer.text()}`);
    return (await answer.json()) as object;
  });
  await bare.answerWith(await Promise.all(got));
  // One round more, to fill caches and let code be compiled.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, asked] of questions.entries()) {
      const run = async (port: number, request: LoadRequest) =>
        (await load.run({ port, requests: [request], connections, answers })).latencies;
      const ours = await run(api.port, { method: 'GET', path: asked.path, headers });
      const bares = await run(bare.port, { method: 'GET', path: `/answers/${index}` });
      if (round === 0) continue;
      asked.ours.push(...ours);
      asked.bare.push(...bares);
    }
  }
}

function compare(what: string, questions: readonly Question[], { connections }: ReadingOptions): Verdict {
  const [ours, bare] = [questions.flatMap((one) => one.ours), questions.flatMap((one) => one.bare)];
  const note = `${connections} at a time; medians ${quantile(ours, 0.5).toFixed(2)} and ${quantile(bare, 0.5).toFixed(2)} ms`;
  return beside(what, { ours: quantile(ours, 0.99), bare: quantile(bare, 0.99), unit: 'ms' }, { most: MOST, note });
}

/** The question whose p99 is the most times the bare route's with the same answer. */
function worst(questions: readonly Question[]): Verdict {
  const verdicts = questions.map(({ what, ours, bare }) =>
    beside(
      'its slowest filter and page, p99',
      { ours: quantile(ours, 0.99), bare: quantile(bare, 0.99), unit: 'ms' },
      {
        most: MOST,
        note: what,
      },
    ),
  );
  return verdicts.toSorted((a, b) => b.ratio! - a.ratio!)[0]!;
}
