// `npm run bench -- service [--quick] [--json FILE]`: the API under load, beside a bare Fastify, on real rows. Both, Postgres
// and the load share the machine, and are asked in turn, so that what else happens there happens to both.
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { describeMachine } from './report.ts';
import { measureCreating } from './service/creating.ts';
import { measureCurves } from './service/curves.ts';
import { measureDownloads } from './service/downloads.ts';
import { measureFanOut } from './service/fan-out.ts';
import { residentMb, type Running } from './service/processes.ts';
import { measureReading } from './service/reading.ts';
import { atMost, type Verdict, verdictTable } from './service/verdict.ts';
import { openWorld, type World } from './service/world.ts';

const JOBS = 10_000;
const MOST_MB = 150;

const FULL = {
  idleMs: 10_000,
  reading: { rounds: 5, answers: 60, connections: 2 },
  creating: { rounds: 3, forMs: 5_000 },
  curves: 100,
  fanOut: { streams: 500, metrics: 30 },
  downloads: 5,
};
const QUICK: typeof FULL = {
  idleMs: 3_000,
  reading: { rounds: 2, answers: 20, connections: 2 },
  creating: { rounds: 1, forMs: 3_000 },
  curves: 20,
  fanOut: { streams: 500, metrics: 5 },
  downloads: 2,
};

/** Prints what was measured and whether it is what it should be; where asked, writes it. */
export async function benchService(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } },
  });
  const sizes = values.quick ? QUICK : FULL;
  const verdicts: Verdict[] = [];
  const world = await openWorld(JOBS, async (api) => {
    verdicts.push(await resident('API idle, resident', api, sizes.idleMs));
  });
  try {
    verdicts.push(...(await measureAll(world, sizes)));
    verdicts.push(await resident('API after all of this, resident', world.api, sizes.idleMs));
  } finally {
    await world.close();
  }
  console.log(verdictTable(verdicts));
  const report = { machine: describeMachine({}), jobs: JOBS, sizes, verdicts };
  if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
}

async function measureAll(world: World, sizes: typeof FULL): Promise<Verdict[]> {
  return [
    ...(await measureReading(world, sizes.reading)),
    ...(await measureCurves(world, sizes.curves)),
    ...(await measureFanOut(world, sizes.fanOut)),
    ...(await measureDownloads(world, sizes.downloads)),
    // Last: it leaves thousands of jobs.
    ...(await measureCreating(world, sizes.creating)),
  ];
}

async function resident(what: string, { pid }: Running, idleMs: number): Promise<Verdict> {
  await sleep(idleMs);
  return atMost(what, await residentMb(pid), { aim: MOST_MB, unit: 'MB', note: `after ${idleMs / 1000} s without a request` });
}
