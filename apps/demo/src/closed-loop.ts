import { writeFile } from 'node:fs/promises';
import { type Client, createClient, type Job, type JobEvent } from '@distiller/client';
import { readBundle } from './bundle.ts';
import { METADATA } from './job-specs.ts';
import { register } from './register.ts';
import { type Services } from './services.ts';

/** What `--json FILE` writes of a closed loop: the student's return after each round. */
interface LoopOutcome {
  engine: string;
  seconds: number;
  rounds: Round[];
  result: Job['result'];
}

interface Round {
  step: number;
  minutes: number;
  student_return: number;
  teacher_return: number;
  return_ratio: number;
}

/** The bundled teacher's student, trained on what it meets when it plays itself. */
export async function distillInLoop(
  { url, engine }: Services,
  jsonFile: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const client = createClient({ baseUrl: url });
  const { teacher, rollouts } = await register(client, await readBundle());
  const job = await client.jobs.create({
    kind: 'distillation',
    teacher,
    rollouts,
    data: { kind: 'closed_loop', rounds: 5, frames_per_round: 28_000, evaluation_episodes: 10 },
    // The teacher says what it would do on every frame that the student meets: derivatives matter least here, and cost most.
    loss: { derivative: { kind: 'none' } },
    train_fraction: 1,
    steps: 12_000,
    evaluate_every: 1000,
    metadata: METADATA,
  });
  console.log(`Job ${job.id}: ${job.total_steps} steps in six stretches, and five rounds of play between them.\n`);
  const rounds = await followLoop(client, job, signal);
  const ended = await client.jobs.get(job.id);
  if (ended.status !== 'succeeded') throw new Error(`The job ${ended.status}: ${ended.error?.message ?? ''}`);
  console.log(`\nThe student is model ${ended.model}.`);
  const outcome: LoopOutcome = { engine, seconds: ended.result?.['seconds'] ?? NaN, rounds, result: ended.result };
  if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify(outcome, null, 2)}\n`);
}

/** Says what happens, a line each, and gathers what is measured after each round. */
async function followLoop(client: Client, job: Job, signal: AbortSignal): Promise<Round[]> {
  const startedAtMs = Date.now();
  const minutes = () => (Date.now() - startedAtMs) / 60_000;
  const rounds: Round[] = [];
  for await (const event of client.watch(job.id, { signal })) {
    const round = roundOf(event, minutes());
    if (round) rounds.push(round);
    const line = lineOf(event);
    if (line !== undefined) console.log(`${minutes().toFixed(1).padStart(5)} min  ${line}`);
  }
  signal.throwIfAborted();
  return rounds;
}

function roundOf(event: JobEvent, minutes: number): Round | undefined {
  if (event.type !== 'evaluation' || typeof event.data['return_ratio'] !== 'number') return undefined;
  const value = (name: string) => event.data[name] ?? NaN;
  return {
    step: event.data.step,
    minutes,
    student_return: value('student_return'),
    teacher_return: value('teacher_return'),
    return_ratio: value('return_ratio'),
  };
}

function lineOf(event: JobEvent): string | undefined {
  if (event.type === 'message' || event.type === 'status') return event.message;
  if (event.type !== 'evaluation') return undefined;
  const { step, ...values } = event.data;
  const named = Object.entries(values).map(([name, value]) => `${name} ${value?.toPrecision(3) ?? '–'}`);
  return `step ${step}  ${named.join('  ')}`;
}
