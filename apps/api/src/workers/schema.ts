import { type WorkerRow } from '@distiller/storage';
import { z } from 'zod';

const WorkerStatus = z
  .enum(['idle', 'busy', 'draining', 'lost'])
  .describe('draining: it gives its job back and ends; lost: it has given no sign of life for 20 s')
  .meta({ id: 'WorkerStatus' });

const Worker = z
  .object({
    id: z.string(),
    status: WorkerStatus,
    host: z.string().nullable().describe('where it runs, and as which process: null without the scope `admin`'),
    pid: z.int().nullable(),
    version: z.string(),
    engine: z.string(),
    device: z.string().describe('what the engine computes on'),
    gpu: z.boolean().describe('whether it takes jobs that require a GPU'),
    gpu_jobs_only: z.boolean().describe('whether it leaves all other jobs to others'),
    memory_bytes: z.number().describe('of its machine'),
    kinds: z.array(z.string()).describe('kinds of job that it takes'),
    job: z.string().nullable().describe('what it works on; null without the scope `admin`'),
    started_at: z.iso.datetime(),
    last_seen: z.iso.datetime().describe("its last sign of life, by the database's clock"),
  })
  .meta({ id: 'Worker' });

export const WorkerList = z.object({ data: z.array(Worker) }).meta({ id: 'WorkerList' });

/** @param isAdmin whether it is told where it runs and what it works on: jobs may be another project's */
export function toWorker(row: WorkerRow, isAdmin: boolean): z.infer<typeof Worker> {
  const { id, status, version, engine, device, gpu, kinds } = row;
  return {
    ...{ id, status, version, engine, device, gpu, kinds },
    gpu_jobs_only: row.gpuJobsOnly,
    memory_bytes: row.memoryBytes,
    host: isAdmin ? row.host : null,
    pid: isAdmin ? row.pid : null,
    job: isAdmin ? row.jobId : null,
    started_at: row.startedAt.toISOString(),
    last_seen: row.lastSeen.toISOString(),
  };
}
