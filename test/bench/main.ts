// `npm run bench -- [--quick] [--json FILE] [--network NAME] [--batch N] [--term NAME]`: the time and the memory of a
// training step, ours beside those of PyTorch and JAX, in one run. The last three, each as often as wanted, select.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPeersPython, runPython } from '../python.ts';
import { entries, type Entry, runBeside, start, takesPart } from './contender.ts';
import { measure } from './measure.ts';
import { BATCHES, NETWORKS, type Problem, TERMS } from './problem.ts';
import { benchData } from './data.ts';
import { benchService } from './service.ts';
import { describeMachine, type Report, summary, table } from './report.ts';
import { type Steady } from './steady.ts';
import { type Waiting } from './waiting.ts';

// `npm run bench -- data …`: recording and batches instead.
if (process.argv[2] === 'data') process.exit(await benchData(process.argv.slice(3)).then(() => 0));
// `npm run bench -- service …`: the API under load.
if (process.argv[2] === 'service') process.exit(await benchService(process.argv.slice(3)).then(() => 0));

const some = { type: 'string', multiple: true } as const;
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    network: some,
    batch: some,
    term: some,
  },
});

const ROUNDS = 15;

const python = await findPeersPython();
if (!python) throw new Error('the benchmark needs Python with PyTorch and JAX');
const directory = mkdtempSync(join(tmpdir(), 'bench-'));
try {
  save(await run(entries(python), python));
} finally {
  rmSync(directory, { recursive: true });
}

/** After every problem: it takes most of an hour, and what there is can be used. */
function save(report: Report): void {
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

async function run(all: readonly Entry[], python: string): Promise<Report> {
  const gemmGflops = await gemmRate(all.find(({ implementation }) => implementation === 'pytorch')!);
  const report: Report = { machine: describeMachine(await versions(python)), gemm_gflops: gemmGflops, rows: [] };
  console.log(`${JSON.stringify(report.machine)}\nGEMM rate ${gemmGflops.toFixed(0)} GFLOP/s\n`);
  if (!options.quick) await measureRuns(report);
  for (const problem of problems()) {
    const rows = await measure(
      all.filter((entry) => takesPart(entry, problem)),
      problem,
      { rounds: ROUNDS, gemmGflops, directory },
    );
    report.rows.push(...rows);
    save(report);
    console.log(`${table(rows)}\n`);
  }
  console.log(summary(report.rows));
  return report;
}

/** What a single step does not show: waiting for batches, and memory over a long run. */
async function measureRuns(report: Report): Promise<void> {
  report.waiting = (await runBeside('waiting.ts')) as Waiting;
  report.steady = (await runBeside('steady.ts')) as Steady;
  console.log(`${JSON.stringify(report.waiting)}\n${JSON.stringify(report.steady)}`);
}

function problems(): Problem[] {
  const chosen = (given: string[] | undefined, value: string | number, quickly: boolean) =>
    given ? given.includes(String(value)) : quickly || !options.quick;
  const networks = NETWORKS.filter((network) => chosen(options.network, network, network === 'paper-student'));
  const batches = BATCHES.filter((batch) => chosen(options.batch, batch, batch === 200));
  const terms = TERMS.filter((term) => chosen(options.term, term, true));
  return batches.flatMap((batch) => networks.flatMap((network) => terms.map((term) => ({ network, batch, term }))));
}

/** What the machine reaches on a product of two 1024 × 1024 matrices. */
async function gemmRate(entry: Entry): Promise<number> {
  const contender = start(entry);
  const { gflops } = await contender.ask({ op: 'gemm' });
  await contender.close();
  return gflops!;
}

async function versions(python: string): Promise<Record<string, string>> {
  const script =
    'import json, jax, platform, torch\nprint(json.dumps(dict(python=platform.python_version(), torch=torch.__version__, jax=jax.__version__)))';
  return JSON.parse(await runPython(python, script)) as Record<string, string>;
}
