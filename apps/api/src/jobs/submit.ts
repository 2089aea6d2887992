import { type JobSpec } from '@distiller/distillation/spec';
import { type JobRow } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type Dependencies } from '../dependencies.ts';
import { takingUpload } from '../uploads/taking.ts';
import { planJob } from './plan.ts';

/**
 * Checks a spec against what it names, stores the job and puts it into the queue. The row comes first: when the queue is
 * away, the sweep enqueues the job later.
 */
export async function submitJob(dependencies: Dependencies, spec: JobSpec, log: FastifyBaseLogger): Promise<JobRow> {
  const { storage } = dependencies;
  const creating = planJob(dependencies, spec).then(({ job, file }) => storage.jobs.create(job, file));
  const job = await (spec.kind === 'import' ? takingUpload(spec.file.upload, '/file/upload', creating) : creating);
  await enqueue(dependencies, job, log);
  return job;
}

export async function enqueue(
  { producer }: Pick<Dependencies, 'producer'>,
  { id, kind, priority }: Pick<JobRow, 'id' | 'kind' | 'priority'>,
  log: FastifyBaseLogger,
): Promise<void> {
  await producer.enqueue({ jobId: id, kind, priority }).catch((error: unknown) => {
    log.warn({ err: error, job_id: id }, 'the queue is away; the sweep will enqueue the job');
  });
}
