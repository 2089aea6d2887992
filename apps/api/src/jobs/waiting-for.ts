import { type Fleet, type JobRow } from '@distiller/storage';

/** What no worker of the fleet has and a queued job needs, in words; null: some worker can take it when it is free. */
export function waitingFor({ status, kind, needsGpu }: Pick<JobRow, 'status' | 'kind' | 'needsGpu'>, fleet: Fleet) {
  if (status !== 'queued' || kind === 'sweep') return null;
  const takers = fleet.filter((worker) => worker.kinds.includes(kind));
  if (takers.some(({ gpu, gpuJobsOnly }) => (needsGpu ? gpu : !gpuJobsOnly))) return null;
  if (fleet.length === 0) return needsGpu ? 'a worker with a GPU: there is no worker at all' : 'a worker';
  if (takers.length === 0) return `a worker that takes jobs of the kind ${kind}`;
  return needsGpu ? 'a worker with a GPU' : 'a worker that takes jobs without a need for a GPU';
}
