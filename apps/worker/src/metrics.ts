import { createRegistry } from '@distiller/operations';
import { type Claim } from '@distiller/storage';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type JobMessage } from './process/messages.ts';

const SECONDS = { long: [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400], step: [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10] };

export interface WorkerMetrics {
  registry: Registry;
  /** An attempt begins. */
  claimed(claim: Claim): void;
  /** Something that the job's process told. */
  told(claim: Claim, message: JobMessage): void;
  /** The attempt is over. */
  released(): void;
}

/** What a worker counts. Labels have few values: never a job's id. */
export function createWorkerMetrics(): WorkerMetrics {
  const registry = createRegistry();
  const registers = [registry];
  const busy = new Gauge({ name: 'distiller_worker_busy', help: '1 while it works on a job', registers });
  const queueWait = new Histogram({
    name: 'distiller_queue_wait_seconds',
    help: 'from the submission of a job to its first attempt',
    labelNames: ['kind'],
    buckets: SECONDS.long,
    registers,
  });
  const duration = new Histogram({
    name: 'distiller_job_duration_seconds',
    help: 'from the first attempt at a job to its end',
    labelNames: ['kind', 'outcome'],
    buckets: SECONDS.long,
    registers,
  });
  const attempts = counter('distiller_job_attempts_total', 'attempts begun', 'kind');
  const steps = counter('distiller_train_steps_total', 'optimiser updates done');
  const checkpoints = counter('distiller_checkpoints_total', 'checkpoints written');
  const step = new Histogram({
    name: 'distiller_train_step_duration_seconds',
    help: 'one optimiser update',
    buckets: SECONDS.step,
    registers,
  });

  function counter(name: string, help: string, ...labelNames: string[]) {
    return new Counter({ name, help, labelNames, registers });
  }

  return {
    registry,
    claimed: ({ job, attempt }) => {
      busy.set(1);
      attempts.inc({ kind: job.kind });
      if (attempt === 1) queueWait.observe({ kind: job.kind }, secondsSince(job.createdAt));
    },
    told: ({ job }, message) => {
      switch (message.type) {
        case 'step':
          steps.inc();
          return step.observe(message.seconds);
        case 'checkpoint':
          return checkpoints.inc();
        case 'finished':
        case 'failed': {
          const outcome = message.type === 'finished' ? 'succeeded' : 'failed';
          return duration.observe({ kind: job.kind, outcome }, secondsSince(job.startedAt ?? new Date()));
        }
        case 'progress':
        case 'remark':
        case 'evaluation':
        case 'stopped':
          return;
      }
    },
    released: () => busy.set(0),
  };
}

function secondsSince(moment: Date): number {
  return Math.max(0, (Date.now() - moment.getTime()) / 1000);
}
