import { type Client, createClient, type Job } from '@distiller/client';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DemoArguments, readArguments } from './arguments.ts';
import { readBundle, sha256Of } from './bundle.ts';
import { LOGIT_TOLERANCE, maxLogitDifference } from './check-student.ts';
import { distillInLoop } from './closed-loop.ts';
import { DATA_DIR } from './data-directory.ts';
import { drawFigure } from './figure.ts';
import { follow } from './follow.ts';
import { jobSpecs, METADATA } from './job-specs.ts';
import { createProgress } from './progress.ts';
import { type Registered, register } from './register.ts';
import { obtainServices, type Services } from './services.ts';
import { renderTable, type Row } from './table.ts';

/** What `--json FILE` writes. */
interface Outcome {
  engine: string;
  jobs: Row[];
  student: { sha256: string; bytes: number; max_logit_difference: number };
}

/** The whole demo: from the services' start to the student in hand. Sets the exit code. */
export async function main(argv: string[], signal: AbortSignal): Promise<void> {
  let services: Services | undefined;
  try {
    const wanted = readArguments(argv);
    services = await obtainServices(signal);
    console.log(`Engine: ${services.engine} (${services.reason})\nServices: ${services.url}`);
    await Promise.race([
      wanted.closedLoop ? distillInLoop(services, wanted.jsonFile, signal) : compare(services, wanted, signal),
      services.failure,
    ]);
    const about = `The dashboard is at ${services.url} while the services are up:`;
    console.log(`\n${about} \`npm start\` brings them up and keeps them up, with these jobs in them.`);
  } catch (error) {
    process.exitCode = signal.aborted ? 130 : 1;
    if (!signal.aborted) console.error(error instanceof Error ? error.message : error);
    else console.error('\nStopping ...');
  } finally {
    await services?.stop();
  }
}

/** Plain distillation beside Sobolev training, on the same frames. */
async function compare(
  { url, engine }: Services,
  { figureFile, jsonFile }: DemoArguments,
  signal: AbortSignal,
): Promise<void> {
  const client = createClient({ baseUrl: url });
  await cancelLeftovers(client);
  const registered = await register(client, await readBundle());
  const known = registered.reused.length > 0 ? ` (here already: ${registered.reused.join(', ')})` : '';
  console.log(`Teacher ${registered.teacher}, rollouts ${registered.rollouts}${known}\n`);
  const { rows, jobs } = await runJobs(client, registered, signal);
  console.log(`\nOn held-out episodes:\n\n${renderTable(rows)}\n`);
  if (figureFile !== undefined) await writeFile(figureFile, await drawFigure(client, jobs));
  const outcome: Outcome = { engine, jobs: rows, student: await fetchStudent(client, jobs.sobolev) };
  if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify(outcome, null, 2)}\n`);
}

/** A demo that was killed left its jobs behind; without it nobody waits for them. */
async function cancelLeftovers(client: Client): Promise<void> {
  const { data } = await client.jobs.list({ status: ['queued', 'running'], limit: 100 });
  for (const job of data.filter(({ metadata }) => metadata['study'] === METADATA.study))
    await client.jobs.cancel(job.id);
}

interface Finished {
  rows: Row[];
  jobs: Record<Row['loss'], Job>;
}

async function runJobs(client: Client, registered: Registered, signal: AbortSignal): Promise<Finished> {
  const specs = jobSpecs(registered);
  const jobs = { kl: await client.jobs.create(specs.kl), sobolev: await client.jobs.create(specs.sobolev) };
  const progress = createProgress(process.stdout);
  try {
    const [kl, sobolev] = await Promise.all([
      follow(client, jobs.kl, { loss: 'kl', progress, signal }),
      follow(client, jobs.sobolev, { loss: 'sobolev', progress, signal }),
    ]);
    return { rows: [toRow('kl', kl), toRow('sobolev', sobolev)], jobs: { kl, sobolev } };
  } catch (error) {
    for (const { id } of Object.values(jobs)) await client.jobs.cancel(id).catch(() => undefined);
    throw error;
  } finally {
    progress.stop();
  }
}

function toRow(loss: Row['loss'], { result }: Job): Row {
  const number = (name: string): number => result?.[name] ?? NaN;
  return {
    loss,
    kl: number('kl'),
    action_error: number('action_error'),
    jacobian_error: number('jacobian_error'),
    seconds: number('seconds'),
    steps_per_second: number('steps_per_second'),
  };
}

/** Downloads the student and holds it against what the service said of it. @throws when they differ */
async function fetchStudent(client: Client, { model }: Job): Promise<Outcome['student']> {
  if (model === null) throw new Error('The job made no model.');
  const { files } = await client.models.get(model);
  const { bytes } = await client.downloadModel(model);
  const sha256 = sha256Of(bytes);
  const announced = files.find(({ name }) => name === 'student')?.sha256;
  if (sha256 !== announced) throw new Error(`The student has sha256 ${sha256}, announced was ${announced}.`);
  const reference = await client.downloadModel(model, { file: 'reference' });
  const difference = maxLogitDifference(bytes, reference.bytes);
  const path = join(DATA_DIR, 'breakout-student.safetensors');
  await writeFile(path, bytes);
  console.log(`Student: ${path}, ${bytes.length} bytes, sha256 ${sha256}`);
  console.log(`Its logits here differ from the service's by ${difference.toExponential(1)} at most.`);
  if (!(difference <= LOGIT_TOLERANCE)) throw new Error(`That is more than ${LOGIT_TOLERANCE}.`);
  return { sha256, bytes: bytes.length, max_logit_difference: difference };
}
