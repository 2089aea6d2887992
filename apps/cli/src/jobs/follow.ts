import { type Client, type Job } from '@distiller/client';
import { Ended } from '../failure.ts';
import { say } from '../session.ts';
import { createCurve } from './curve.ts';
import { advance, firstState, inWords } from './job-state.ts';
import { createProgressLine } from './progress-line.ts';
import { createTimeLeft } from './time-left.ts';

/**
 * Shows on stderr how a job goes on, until it has ended; Ctrl-C leaves it to go on alone.
 * @returns the job @throws Error when it has failed or was cancelled; Ended (130) on Ctrl-C
 */
export async function follow(client: Client, job: Job): Promise<Job> {
  const leave = new AbortController();
  const onInterrupt = () => leave.abort();
  process.once('SIGINT', onInterrupt);
  say(`job ${job.id}`);
  try {
    await show(client, job, leave.signal);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
  if (leave.signal.aborted) {
    say(`the job goes on: distill jobs watch ${job.id}, distill jobs cancel ${job.id}`);
    throw new Ended(130);
  }
  const ended = await client.jobs.get(job.id);
  if (ended.status === 'succeeded') return ended;
  throw new Error(`job ${job.id} ${ended.status}${ended.error ? `: ${ended.error.code}: ${ended.error.message}` : ''}`);
}

async function show(client: Client, job: Job, signal: AbortSignal): Promise<void> {
  const line = createProgressLine(process.stderr);
  const timeLeft = createTimeLeft();
  const curve = createCurve();
  let state = firstState(job);
  line.show(inWords(state, undefined), { isNews: true });
  for await (const event of client.watch(job.id, { signal })) {
    if (event.level !== 'info' && event.type === 'message') line.note(`${event.level}: ${event.message}`);
    const before = state;
    state = advance(state, event);
    curve.add(event);
    const seconds = timeLeft(state, Date.parse(event.at));
    line.show(inWords(state, seconds), {
      isNews: before.status !== state.status,
      picture: (columns) => curve.lines(columns),
    });
  }
  line.end();
}
