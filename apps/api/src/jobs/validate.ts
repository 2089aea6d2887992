import { setTimeout } from 'node:timers/promises';
import {
  ArtifactCorruptError,
  type ArtifactStore,
  type JobError,
  type JobRow,
  type ProjectStorage,
} from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type Dependencies } from '../dependencies.ts';
import { enqueue } from './enqueue.ts';

/** How long a create call looks at a job's inputs itself: longer, and the job is answered as `validating`. */
const PATIENCE_MS = 2_000;

/** Whether every file that a job will read is there and sound. Known files cost a look at their size and date. */
export async function areSound(artifacts: ArtifactStore, hashes: readonly string[]): Promise<boolean> {
  const looking = lookAt(artifacts, hashes).then(
    (error) => error === undefined,
    () => false,
  );
  const patience = new AbortController();
  const late = setTimeout(PATIENCE_MS, false, { signal: patience.signal }).catch(() => false);
  return Promise.race([looking, late]).finally(() => patience.abort());
}

/** Of a request that submits a job, or of the sweep. */
interface Means extends Pick<Dependencies, 'artifacts' | 'producer'> {
  storage: { jobs: Pick<ProjectStorage['jobs'], 'inputHashes' | 'endValidation'> };
}

/** Looks at a validating job's inputs, however long it takes, and queues it, or fails it where another look would see the same. */
export async function validateJob(
  dependencies: Means,
  job: Pick<JobRow, 'id' | 'kind' | 'priority' | 'needsGpu'>,
  log: FastifyBaseLogger,
): Promise<void> {
  const { artifacts, storage } = dependencies;
  const error = await lookAt(artifacts, await storage.jobs.inputHashes(job.id));
  if (await storage.jobs.endValidation(job.id, error)) await enqueue(dependencies, job, log);
}

/** @throws what a store that is away throws */
async function lookAt(artifacts: ArtifactStore, hashes: readonly string[]): Promise<JobError | undefined> {
  for (const sha256 of hashes) {
    try {
      await artifacts.path(sha256);
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isGone && !(error instanceof ArtifactCorruptError)) throw error;
      return { code: 'inputs_lost', message: `the file ${sha256} is ${isGone ? 'gone' : 'damaged'}` };
    }
  }
  return undefined;
}
