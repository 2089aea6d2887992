import { type JobSpec, type WorkSpec } from '@distiller/distillation/spec';
import { currentTrace } from '@distiller/operations';
import { type JobRow } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type Scope } from '../scope.ts';
import { submitSweep } from '../sweeps/submit-sweep.ts';
import { takingUpload } from '../uploads/taking.ts';
import { enqueue } from './enqueue.ts';
import { planJob } from './plan.ts';
import { areSound, validateJob } from './validate.ts';

/**
 * Checks a spec against what it names, stores the job and puts it into the queue. The row comes first: when the queue is
 * away, the sweep enqueues the job later. A job whose inputs take long to look at is queued when that is done.
 */
export async function submitJob(dependencies: Scope, spec: JobSpec, log: FastifyBaseLogger): Promise<JobRow> {
  if (spec.kind === 'sweep') return submitSweep(dependencies, spec, log);
  const creating = create(dependencies, spec);
  const job = await (spec.kind === 'import' ? takingUpload(spec.file.upload, '/file/upload', creating) : creating);
  if (job.status === 'validating') {
    void validateJob(dependencies, job, log).catch((error: unknown) => {
      log.warn({ err: error, job_id: job.id }, 'its inputs could not be looked at; the sweep will try again');
    });
  } else await enqueue(dependencies, job, log);
  log.info({ job_id: job.id, kind: job.kind }, 'submitted');
  return job;
}

async function create(dependencies: Scope, spec: WorkSpec): Promise<JobRow> {
  const { job, file, inputs } = await planJob(dependencies, spec);
  const isValidating = !(await areSound(dependencies.artifacts, inputs));
  return dependencies.storage.jobs.create({ ...job, isValidating, traceParent: currentTrace() }, file);
}
