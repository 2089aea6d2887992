import { span, SpanKind } from '@distiller/operations';
import { type JobRow } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type Dependencies } from '../dependencies.ts';
import { queued } from './queued.ts';

/** Puts a job into the queue, where there is one: when it is away, the sweep does it later. */
export async function enqueue(
  { producer }: Pick<Dependencies, 'producer'>,
  job: Pick<JobRow, 'id' | 'kind' | 'priority' | 'needsGpu'>,
  log: FastifyBaseLogger,
): Promise<void> {
  // Its children do its work.
  if (job.kind === 'sweep') return;
  const enqueuing = span('enqueue', { kind: SpanKind.PRODUCER, attributes: { 'distiller.job_id': job.id } }, () =>
    producer.enqueue(queued(job)),
  );
  await enqueuing.catch((error: unknown) => {
    log.warn({ err: error, job_id: job.id }, 'the queue is away; the sweep will enqueue the job');
  });
}
