import { type Lane } from '@distiller/queue';
import { type JobRow } from '@distiller/storage';

/** How a job stands in the queue: in the lane of the workers that can take it. */
export function queued({ id, kind, priority, needsGpu }: Pick<JobRow, 'id' | 'kind' | 'priority' | 'needsGpu'>) {
  const lane: Lane = needsGpu ? 'gpu' : 'any';
  return { jobId: id, kind, priority, lane };
}
