import { type JobRow } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type Dependencies } from '../dependencies.ts';

/** Puts a job into the queue, where there is one: when it is away, the sweep does it later. */
export async function enqueue(
  { producer }: Pick<Dependencies, 'producer'>,
  { id, kind, priority }: Pick<JobRow, 'id' | 'kind' | 'priority'>,
  log: FastifyBaseLogger,
): Promise<void> {
  await producer.enqueue({ jobId: id, kind, priority }).catch((error: unknown) => {
    log.warn({ err: error, job_id: id }, 'the queue is away; the sweep will enqueue the job');
  });
}
