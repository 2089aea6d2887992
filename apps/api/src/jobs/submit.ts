import { type JobSpec } from '@distiller/distillation/spec';
import { type JobRow } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type Scope } from '../scope.ts';
import { takingUpload } from '../uploads/taking.ts';
import { planJob } from './plan.ts';

/**
 * Checks a spec against what it names, stores the job and puts it into the queue. The row comes first: when the queue is
 * away, the sweep enqueues the job later.
 */
export async function submitJob(dependencies: Scope, spec: JobSpec, log: FastifyBaseLogger): Promise<JobRow> {
  const { storage, producer } = dependencies;
  const creating = planJob(dependencies, spec).then(({ job, file }) => storage.jobs.create(job, file));
  const job = await (spec.kind === 'import' ? takingUpload(spec.file.upload, '/file/upload', creating) : creating);
  await producer.enqueue({ jobId: job.id, kind: job.kind }).catch((error: unknown) => {
    log.warn({ err: error, job_id: job.id }, 'the queue is away; the sweep will enqueue the job');
  });
  return job;
}
