import { type Claim, type Fence, FencedError, type JobError } from '@distiller/storage';
import { rm } from 'node:fs/promises';
import { type Logger } from 'pino';
import { InputsLostError } from './kinds/inputs.ts';
import { jobOrder, type OrderContext } from './kinds/order.ts';
import { scratchDirectory } from './kinds/scratch.ts';
import { startJobProcess } from './process/job-process.ts';
import { type JobMessage } from './process/messages.ts';
import { createProgressWriter } from './progress-writer.ts';

export interface WorkerContext extends OrderContext {
  log: Logger;
  /** Time for a last checkpoint when the worker goes away; without it the job goes on from the one before. */
  graceMs: number;
  /** Told of every attempt as it begins. */
  observe?: ((claim: Claim) => Observer) | undefined;
}

/** Whoever counts and traces; the job's course does not depend on it. */
export interface Observer {
  /** What the job's process finds in its environment. */
  env: Record<string, string>;
  told(message: JobMessage): void;
}

/** The worker is going away: the job is to be given back, to go on from its last checkpoint elsewhere. */
export class JobInterruptedError extends Error {
  constructor(jobId: string) {
    super(`job ${jobId} was interrupted`);
    this.name = 'JobInterruptedError';
  }
}

/**
 * Processes that may die in a row without a new checkpoint before the job is given up: enough for an unlucky
 * machine, few enough for a job that dies of itself (of too little memory, say).
 */
const MAX_DEATHS = 10;
const DIED: JobError = {
  code: 'job_process_died',
  message: `the job's process died ${MAX_DEATHS} times without a new checkpoint`,
};

/**
 * Attempts after which a job is given up, whatever ended them: one that fails in a way that nobody foresaw must not come
 * back for ever. Waiting for a database or a queue that is away costs none.
 */
const MAX_ATTEMPTS = 100;
const TOO_MANY: JobError = { code: 'too_many_attempts', message: `given up after ${MAX_ATTEMPTS} attempts` };

/**
 * Works on a job until it has ended, through the deaths of its process.
 * @throws JobInterruptedError when the signal is aborted first
 */
export async function runJob(jobId: string, context: WorkerContext, signal: AbortSignal): Promise<void> {
  let [deaths, reached] = [0, -1];
  for (;;) {
    const claim = await context.storage.jobs.claim(jobId, { engine: context.engine });
    if (!claim) return;
    const from = claim.checkpoint?.step ?? 0;
    deaths = from > reached ? 0 : deaths + 1;
    reached = Math.max(reached, from);
    if (claim.attempt > MAX_ATTEMPTS) return await fail(claim, context, TOO_MANY);
    if (deaths >= MAX_DEATHS) return await fail(claim, context, DIED);
    try {
      if ((await attempt(claim, context, signal)) !== 'died') return;
    } catch (error) {
      if (!(error instanceof InputsLostError)) throw error;
      return await fail(claim, context, { code: 'inputs_lost', message: error.message });
    }
    if (signal.aborted) throw new JobInterruptedError(jobId);
  }
}

/** One process from its start to its end. */
async function attempt(claim: Claim, context: WorkerContext, signal: AbortSignal): Promise<'ended' | 'died'> {
  const { storage } = context;
  const fence = { jobId: claim.job.id, attempt: claim.attempt };
  const log = context.log.child({ job_id: fence.jobId, attempt: fence.attempt });
  const order = await jobOrder(claim, context);
  const observer = context.observe?.(claim);
  let last: JobMessage | undefined;
  const onMessage = (message: JobMessage) => {
    last = message;
    writer.accept(message);
    observer?.told(message);
  };
  const work = startJobProcess(order, onMessage, observer?.env);
  // A process that is ended has died as far as the next claim is concerned, which then settles what was asked.
  const onAsked = (what: 'stop' | 'end') => (what === 'end' ? work.kill() : work.stop());
  const writer = createProgressWriter({ storage, fence, onAsked, onFailure: work.kill });
  const interrupt = () => {
    work.stop();
    // Before its first step there is nothing that a last checkpoint could keep.
    const hasBegun = last !== undefined && (last.type !== 'progress' || last.step !== undefined);
    setTimeout(work.kill, hasBegun ? context.graceMs : 0).unref();
  };
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  log.info({ from_step: claim.checkpoint?.step ?? 0 }, 'working');
  const exit = await work.exited;
  signal.removeEventListener('abort', interrupt);
  await rm(scratchDirectory(fence.jobId), { recursive: true, force: true });
  try {
    await writer.close();
    return await conclude(last, { claim, fence, context, signal, exit, stepsPerSecond: writer.stepsPerSecond() });
  } catch (error) {
    if (!(error instanceof FencedError)) throw error;
    log.warn('another worker has taken the job over');
    return 'ended';
  }
}

interface Ending {
  claim: Claim;
  fence: Fence;
  context: WorkerContext;
  signal: AbortSignal;
  stepsPerSecond: number | undefined;
  exit: string;
}

async function conclude(last: JobMessage | undefined, ending: Ending): Promise<'ended' | 'died'> {
  const { fence, context, signal, exit } = ending;
  const { jobs } = context.storage;
  const log = context.log.child({ job_id: fence.jobId, attempt: fence.attempt });
  switch (last?.type) {
    case 'finished':
      await jobs.finish(fence, { status: 'succeeded', result: result(last, ending), made: last.made });
      log.info(last.result, 'succeeded');
      return 'ended';
    case 'failed':
      await jobs.finish(fence, {
        status: 'failed',
        error: { code: last.code, message: last.message, data: last.data },
      });
      log.error({ code: last.code }, last.message);
      return 'ended';
    case 'stopped': {
      if (signal.aborted) throw new JobInterruptedError(fence.jobId);
      // Stopped before its first step, it stands where it was taken up.
      const step = Math.max(last.step, ending.claim.checkpoint?.step ?? 0);
      await jobs.settle(fence, step);
      log.info('stopped, as asked');
      return 'ended';
    }
    default:
      log.warn({ exit }, "the job's process died");
      return 'died';
  }
}

type Finished = Extract<JobMessage, { type: 'finished' }>;

function result(finished: Finished, { claim, stepsPerSecond }: Ending): object {
  const startedAtMs = claim.job.startedAt?.getTime() ?? Date.now();
  return {
    ...finished.result,
    // A clock that was set back would make it negative.
    seconds: Math.max(0, Date.now() - startedAtMs) / 1000,
    ...(stepsPerSecond !== undefined && { steps_per_second: stepsPerSecond }),
  };
}

async function fail({ job, attempt }: Claim, { storage, log }: WorkerContext, error: JobError): Promise<void> {
  log.error({ job_id: job.id, code: error.code }, error.message);
  await storage.jobs.finish({ jobId: job.id, attempt }, { status: 'failed', error });
}
