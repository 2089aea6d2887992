import { type Client, type Job, type JobEvent } from '@distiller/client';
import { type JobState, type Progress } from './progress.ts';

interface FollowOptions {
  loss: string;
  progress: Progress;
  signal: AbortSignal;
}

/** Shows the job's events until it has ended. @returns the job @throws when it did not succeed */
export async function follow(client: Client, job: Job, { loss, progress, signal }: FollowOptions): Promise<Job> {
  let state: JobState = {
    loss,
    status: job.status,
    step: 0,
    steps: job.total_steps,
    valueTerm: undefined,
    derivativeTerm: undefined,
    kl: undefined,
    etaSeconds: undefined,
  };
  const timeLeft = createTimeLeft(job.total_steps);
  progress.show(state);
  for await (const event of client.watch(job.id, { signal })) {
    state = { ...state, ...news(event) };
    state.etaSeconds = timeLeft(state.step, Date.parse(event.at));
    progress.show(state);
  }
  signal.throwIfAborted();
  const ended = await client.jobs.get(job.id);
  if (ended.status === 'succeeded') return ended;
  throw new Error(`The ${loss} job ${ended.status}${ended.error ? `: ${ended.error.message}` : ''}.`);
}

/** What an event changes in what is shown. */
function news(event: JobEvent): Partial<JobState> {
  switch (event.type) {
    case 'status':
      return { status: event.data.status, ...(event.data.from_step !== undefined && { step: event.data.from_step }) };
    case 'metrics': {
      const value = (name: string) => event.data.points.findLast((point) => point.name === name)?.value ?? undefined;
      const step = event.data.step ?? event.data.points.at(-1)?.step;
      return {
        ...(step !== undefined && { step }),
        valueTerm: value('value_term'),
        derivativeTerm: value('derivative_term') || undefined,
      };
    }
    case 'evaluation':
      return { step: event.data.step, ...(typeof event.data['kl'] === 'number' && { kl: event.data['kl'] }) };
    case 'progress':
    case 'checkpoint':
    case 'message':
      return {};
  }
}

/** Seconds left at the pace since the first step that was told; undefined until there is a pace. */
function createTimeLeft(steps: number): (step: number, atMs: number) => number | undefined {
  let first: { step: number; atMs: number } | undefined;
  return (step, atMs) => {
    if (step === 0) return undefined;
    first ??= { step, atMs };
    const done = step - first.step;
    return done > 0 ? ((steps - step) * (atMs - first.atMs)) / done / 1000 : undefined;
  };
}
