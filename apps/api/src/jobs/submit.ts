import { type JobSpec } from '@distiller/distillation/spec';
import { currentTrace, span, SpanKind } from '@distiller/operations';
import { type JobRow } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type Dependencies } from '../dependencies.ts';
import { queued } from './queued.ts';
import { takingUpload } from '../uploads/taking.ts';
import { planJob } from './plan.ts';

/**
 * Checks a spec against what it names, stores the job and puts it into the queue. The row comes first: when the queue is
 * away, the sweep enqueues the job later.
 */
export async function submitJob(dependencies: Dependencies, spec: JobSpec, log: FastifyBaseLogger): Promise<JobRow> {
  const { storage, producer } = dependencies;
  const creating = planJob(dependencies, spec).then(({ job, file }) =>
    storage.jobs.create({ ...job, traceParent: currentTrace() }, file),
  );
  const job = await (spec.kind === 'import' ? takingUpload(spec.file.upload, '/file/upload', creating) : creating);
  const enqueuing = span('enqueue', { kind: SpanKind.PRODUCER, attributes: { 'distiller.job_id': job.id } }, () =>
    producer.enqueue(queued(job)),
  );
  await enqueuing.catch((error: unknown) => {
    log.warn({ err: error, job_id: job.id }, 'the queue is away; the sweep will enqueue the job');
  });
  log.info({ job_id: job.id, kind: job.kind }, 'submitted');
  return job;
}
