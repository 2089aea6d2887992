import { type JobRow } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type Dependencies } from '../dependencies.ts';
import { enqueue } from '../jobs/enqueue.ts';

/** The queue's answers are waited for by so many at a time. */
const AT_ONCE = 10;

export async function enqueueAll(
  dependencies: Pick<Dependencies, 'producer'>,
  jobs: readonly Pick<JobRow, 'id' | 'kind' | 'priority' | 'needsGpu'>[],
  log: FastifyBaseLogger,
): Promise<void> {
  for (let first = 0; first < jobs.length; first += AT_ONCE) {
    await Promise.all(jobs.slice(first, first + AT_ONCE).map((job) => enqueue(dependencies, job, log)));
  }
}
