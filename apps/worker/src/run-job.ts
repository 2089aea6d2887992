import { contractHash } from '@distiller/distillation/spec';
import { type Claim, type Fence, FencedError, type JobError, type NewModel } from '@distiller/storage';
import { type Logger } from 'pino';
import { createRecorder } from './recorder.ts';
import { type TrainingMessage, type TrainingOrder } from './training/messages.ts';
import { InputsLostError, type OrderContext, trainingOrder } from './training/order.ts';
import { startTraining } from './training/training-process.ts';

export interface WorkerContext extends OrderContext {
  log: Logger;
}

/** The worker is going away: the job is to be given back, to go on from its last checkpoint elsewhere. */
export class JobInterruptedError extends Error {
  constructor(jobId: string) {
    super(`job ${jobId} was interrupted`);
    this.name = 'JobInterruptedError';
  }
}

/**
 * Training processes that may die in a row without a new checkpoint before the job is given up: enough for an unlucky
 * machine, few enough for a job that dies of itself (of too little memory, say).
 */
const MAX_DEATHS = 10;
const DIED: JobError = {
  code: 'training_process_died',
  message: `the training process died ${MAX_DEATHS} times without a new checkpoint`,
};

/**
 * Attempts after which a job is given up, whatever ended them: one that fails in a way that nobody foresaw must not come
 * back for ever. Waiting for a database or a queue that is away costs none.
 */
const MAX_ATTEMPTS = 100;
const TOO_MANY: JobError = { code: 'too_many_attempts', message: `given up after ${MAX_ATTEMPTS} attempts` };

/** Time for a last checkpoint when the worker goes away; without it training goes on from the one before. */
const STOP_GRACE_MS = 5_000;

/**
 * Works on a job until it has ended, through the deaths of its training process.
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

/** One training process from its start to its end. */
async function attempt(claim: Claim, context: WorkerContext, signal: AbortSignal): Promise<'ended' | 'died'> {
  const { storage } = context;
  const fence = { jobId: claim.job.id, attempt: claim.attempt };
  const log = context.log.child({ job_id: fence.jobId, attempt: fence.attempt });
  const order = await trainingOrder(claim, context);
  let last: TrainingMessage | undefined;
  const training = startTraining(order, (message) => {
    last = message;
    recorder.accept(message);
  });
  const recorder = createRecorder({ storage, fence, onCancelRequested: training.stop, onFailure: training.kill });
  const interrupt = () => {
    training.stop();
    // Before its first step there is nothing that a last checkpoint could keep.
    const hasBegun = last !== undefined && last.type !== 'labelling';
    setTimeout(training.kill, hasBegun ? STOP_GRACE_MS : 0).unref();
  };
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  log.info({ from_step: claim.checkpoint?.step ?? 0 }, 'training');
  const exit = await training.exited;
  signal.removeEventListener('abort', interrupt);
  try {
    await recorder.close();
    return await conclude(last, {
      claim,
      order,
      fence,
      context,
      signal,
      exit,
      stepsPerSecond: recorder.stepsPerSecond(),
    });
  } catch (error) {
    if (!(error instanceof FencedError)) throw error;
    log.warn('another worker has taken the job over');
    return 'ended';
  }
}

interface Ending {
  claim: Claim;
  order: TrainingOrder;
  fence: Fence;
  context: WorkerContext;
  signal: AbortSignal;
  stepsPerSecond: number;
  exit: string;
}

async function conclude(last: TrainingMessage | undefined, ending: Ending): Promise<'ended' | 'died'> {
  const { fence, context, signal, exit } = ending;
  const { jobs } = context.storage;
  const log = context.log.child({ job_id: fence.jobId, attempt: fence.attempt });
  switch (last?.type) {
    case 'finished':
      await jobs.finish(fence, { status: 'succeeded', result: result(last, ending), model: model(last, ending) });
      log.info(last.metrics, 'succeeded');
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
      await jobs.finish(fence, { status: 'cancelled', result: { step } });
      log.info('cancelled');
      return 'ended';
    }
    default:
      log.warn({ exit }, 'the training process died');
      return 'died';
  }
}

type Finished = Extract<TrainingMessage, { type: 'finished' }>;

function result({ metrics, parameterCount }: Finished, { claim, stepsPerSecond }: Ending): object {
  const startedAtMs = claim.job.startedAt?.getTime() ?? Date.now();
  return {
    ...metrics,
    seconds: (Date.now() - startedAtMs) / 1000,
    steps_per_second: stepsPerSecond,
    parameter_count: parameterCount,
  };
}

function model({ metrics, student, reference }: Finished, { claim: { job }, order: { teacher } }: Ending): NewModel {
  const { observation, actions } = teacher;
  return {
    observation,
    contractHash: contractHash(observation),
    actions: [...actions],
    layerTable: job.layerTable,
    metrics,
    files: [
      { name: 'student', filename: `${job.id}.safetensors`, ...student },
      { name: 'reference', filename: `${job.id}.reference.safetensors`, ...reference },
    ],
  };
}

async function fail({ job, attempt }: Claim, { storage, log }: WorkerContext, error: JobError): Promise<void> {
  log.error({ job_id: job.id, code: error.code }, error.message);
  await storage.jobs.finish({ jobId: job.id, attempt }, { status: 'failed', error });
}
