import { type FastifyBaseLogger } from 'fastify';
import { queued } from './jobs/queued.ts';
import { validateJob } from './jobs/validate.ts';
import { type ServiceDependencies } from './service-dependencies.ts';
import { advanceSweep } from './sweeps/advance-sweep.ts';
import { discardPartial } from './uploads/partial.ts';

const ENQUEUE_EVERY_MS = 15_000;
const DEADLINES_EVERY_MS = 2_000;
/** What a child's end leads to is done so soon. */
const SWEEPS_EVERY_MS = 1_000;
const ENQUEUED_AT_ONCE = 1000;
const CLEAN_EVERY_MS = 10 * 60_000;
const UPLOAD_LIFE_MS = 24 * 3_600_000;
/** How long a request with an Idempotency-Key may be sent again. */
const ANSWER_LIFE_MS = 24 * 3_600_000;
/** How long the log of webhooks' deliveries goes back. */
const DELIVERY_LIFE_MS = 30 * 24 * 3_600_000;
const ARTIFACT_GRACE_MS = 3_600_000;

export interface Sweeper {
  stop(): Promise<void>;
}

/** Does, again and again, what a crash at the wrong moment leaves undone. */
export function startSweeper(dependencies: ServiceDependencies, log: FastifyBaseLogger): Sweeper {
  const loops = [
    repeat(ENQUEUE_EVERY_MS, () => enqueueUnfinished(dependencies), log),
    repeat(ENQUEUE_EVERY_MS, () => validateLeft(dependencies, log), log),
    repeat(DEADLINES_EVERY_MS, () => cancelLate(dependencies), log),
    repeat(SWEEPS_EVERY_MS, () => advanceSweeps(dependencies, log), log),
    repeat(CLEAN_EVERY_MS, () => removeUnused(dependencies), log),
  ];
  return { stop: async () => void (await Promise.all(loops.map((stop) => stop()))) };
}

/** Puts every job that has not ended into the queue; those that are there already stay as they are. */
export async function enqueueUnfinished({ storage, producer }: ServiceDependencies): Promise<void> {
  await producer.enqueueAll((await storage.jobs.unfinished(ENQUEUED_AT_ONCE)).map(queued));
}

/** Looks at the inputs of jobs whose API died before it had. */
export async function validateLeft(dependencies: ServiceDependencies, log: FastifyBaseLogger): Promise<void> {
  const before = new Date(Date.now() - ENQUEUE_EVERY_MS);
  for (const job of await dependencies.storage.jobs.validating(before, ENQUEUED_AT_ONCE)) {
    await validateJob(dependencies, job, log);
  }
}

/** Cancels what has not ended by its deadline. */
export async function cancelLate({ storage }: ServiceDependencies): Promise<void> {
  for (const id of await storage.jobs.late(ENQUEUED_AT_ONCE)) {
    await storage.jobs.requestCancel(id, { reason: 'deadline' });
  }
}

/** Does what is to be done about sweeps: their children have ended, or stand at a rung, whatever process has died meanwhile. */
export async function advanceSweeps(dependencies: ServiceDependencies, log: FastifyBaseLogger): Promise<void> {
  for (const id of await dependencies.storage.sweeps.open()) await advanceSweep(dependencies, id, log);
}

/** Removes uploads that nobody has used in a day, answers to Idempotency-Keys as old, what a process left in the staging area when it died, and bytes that no row refers to. */
export async function removeUnused({ storage, artifacts }: ServiceDependencies, now = Date.now()): Promise<void> {
  for (const id of await storage.uploads.olderThan(new Date(now - UPLOAD_LIFE_MS))) {
    await storage.uploads.delete(id);
    await artifacts.discard(id);
  }
  for (const upload of await storage.partialUploads.expired(new Date(now))) {
    await discardPartial({ storage, artifacts }, upload);
  }
  await artifacts.discardOlderThan(new Date(now - UPLOAD_LIFE_MS - ARTIFACT_GRACE_MS));
  await storage.idempotency.forget(new Date(now - ANSWER_LIFE_MS));
  await storage.artifacts.sweep(artifacts, ARTIFACT_GRACE_MS);
  await storage.webhookSending.prune(new Date(now - DELIVERY_LIFE_MS));
  await storage.workers.forgetLost();
}

/** Runs the work now and then every so often; the function returned ends that, once the work at hand is done. */
function repeat(everyMs: number, work: () => Promise<void>, log: FastifyBaseLogger): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const run = async () => {
    await work().catch((error: unknown) => log.warn({ err: error }, 'sweep failed; it will be tried again'));
    if (!stopped) timer = setTimeout(() => void (running = run()), everyMs);
  };
  let running = run();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
