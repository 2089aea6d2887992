// `npm run studies -- NAME [--quick] [--json FILE] [--data WHERE] [--now] [--continue] [--again N]
// [--against FILE]`: computes what is missing of a study and publishes it; with --now what there is; with --continue it goes on
// from the published rows; with --again it computes N of these again and compares; with --against it compares the published
// tables with those of another run's JSON.
// `npm run studies -- quick`: all of them in their quick form, which must hold.
// `npm run studies -- render`: figures and README from the committed rows.
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadEngine } from '@distiller/compute';
import { isStudyName, STUDY_NAMES, studyOf } from './catalogue.ts';
import { factLine, publish, readReport, resultsPath } from './publish.ts';
import { tablesAgainst } from './study/against.ts';
import { computedAgain } from './study/again.ts';
import { Ledger } from './study/ledger.ts';
import { entriesOf, type Report, reportJson, reportOf } from './study/report.ts';
import { runStudy } from './study/run-study.ts';
import { type Study } from './study/study.ts';

const DATA = fileURLToPath(new URL('../../../.data/studies/', import.meta.url));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    data: { type: 'string' },
    now: { type: 'boolean', default: false },
    continue: { type: 'boolean', default: false },
    again: { type: 'string' },
    against: { type: 'string' },
  },
});
const stopping = new AbortController();
// The cell at hand is finished first; a second signal ends at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

const [name = ''] = positionals;
if (name === 'render') render();
else if (name === 'quick') await quick(STUDY_NAMES.map((each) => studyOf(each)));
else if (!isStudyName(name)) fail(`which study? ${[...STUDY_NAMES, 'quick', 'render'].join(', ')}`);
else if (options.again !== undefined) await again(studyOf(name, options), Number(options.again));
else if (options.against !== undefined) against(studyOf(name), options.against);
else if (options.quick) await quick([studyOf(name, options)]);
else await full(studyOf(name, options));

async function full(study: Study): Promise<void> {
  await engine();
  const { now } = options;
  const run = { quick: false, now, folder: `${DATA}${study.name}`, tell: console.log, signal: stopping.signal };
  const published = options.continue ? readReport(study.name) : undefined;
  if (published) new Ledger(run.folder).adopt(entriesOf(published));
  const entries = await runStudy(study, run);
  const report = reportOf(study.name, entries, run);
  writeFileSync(options.json ?? resultsPath(study.name), reportJson(report));
  if (!options.json) publish(study, report);
  console.log(study.findings(entries, false).facts.map(factLine).join('\n'));
}

async function again(study: Study, count: number): Promise<void> {
  const published = readReport(study.name);
  if (!published || !(count >= 1)) return fail(`which rows again? --again N, of a study that is published`);
  await engine();
  for await (const line of computedAgain(study, entriesOf(published), count)) console.log(line);
}

function against(study: Study, file: string): void {
  const reports = [readReport(study.name), JSON.parse(readFileSync(file, 'utf8')) as Report];
  const [before, now] = reports.map((report) => report && study.findings(report.rows, false).text);
  if (before === undefined || now === undefined) return fail('--against needs a study that is published');
  const { numbers, apart } = tablesAgainst(before, now);
  console.log(`${numbers - apart.length} of ${numbers} numbers within each other's intervals`);
  for (const line of apart) console.log(line);
}

/** Always from the start: what is asserted is of this code. */
async function quick(studies: readonly Study[]): Promise<void> {
  await engine();
  for (const study of studies) {
    const folder = `${DATA}${study.name}-quick-${process.pid}`;
    const run = { quick: true, folder, tell: console.log, signal: stopping.signal };
    const entries = await runStudy(study, run).finally(() => rm(folder, { recursive: true }));
    if (options.json) writeFileSync(options.json, reportJson(reportOf(study.name, entries, run)));
    const { facts } = study.findings(entries, true);
    console.log(facts.map(factLine).join('\n'));
    if (!facts.every(({ holds }) => holds)) process.exitCode = 1;
  }
}

function render(): void {
  for (const study of STUDY_NAMES.map((each) => studyOf(each))) {
    const report = readReport(study.name);
    if (report) publish(study, report);
  }
}

async function engine(): Promise<void> {
  const { reason } = await loadEngine('auto');
  console.log(reason);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 2;
}
