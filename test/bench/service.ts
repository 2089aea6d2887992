// `npm run bench -- service [--quick] [--part NAME] [--json FILE]`: the API under load, beside a bare Fastify, on real rows. Both, Postgres
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
  reading: { rounds: 3, answers: 60, connections: 2 },
  creating: { rounds: 3, forMs: 4_000 },
  curves: 60,
  fanOut: { streams: 500, metrics: 20 },
  downloads: 3,
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
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      part: { type: 'string', multiple: true },
    },
  });
  const sizes = values.quick ? QUICK : FULL;
  const verdicts: Verdict[] = [];
  const world = await openWorld(JOBS, async (api) => {
    verdicts.push(await resident('API idle, resident', api, sizes.idleMs));
  });
  // After every part: what there is can be used.
  const keep = async (more: readonly Verdict[]) => {
    verdicts.push(...more);
    console.log(`${verdictTable(more)}\n`);
    const report = { machine: describeMachine({}), jobs: JOBS, sizes, verdicts };
    if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  };
  try {
    for (const [name, measure] of Object.entries(partsOf(world, sizes))) {
      if (values.part?.includes(name) ?? true) await keep(await measure());
    }
    await keep([await resident('API after all of this, resident', world.api, sizes.idleMs)]);
  } finally {
    await world.close();
  }
  console.log(verdictTable(verdicts));
}

function partsOf(world: World, sizes: typeof FULL): Record<string, () => Promise<Verdict[]>> {
  return {
    curves: () => measureCurves(world, sizes.curves),
    'fan-out': () => measureFanOut(world, sizes.fanOut),
    downloads: () => measureDownloads(world, sizes.downloads),
    reading: () => measureReading(world, sizes.reading),
    // Last: it leaves thousands of jobs.
    creating: () => measureCreating(world, sizes.creating),
  };
}

async function resident(what: string, { pid }: Running, idleMs: number): Promise<Verdict> {
  await sleep(idleMs);
  return atMost(what, await residentMb(pid), {
    aim: MOST_MB,
    unit: 'MB',
    note: `after ${idleMs / 1000} s without a request`,
  });
}
