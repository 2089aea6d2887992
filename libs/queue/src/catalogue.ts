import { z } from 'zod';

/**
 * Jobs wait in the lane of those who can take them: a worker looks only where it may take what it finds. A job's kind is
 * its name there.
 */
export const LANES = ['any', 'gpu'] as const;
export type Lane = (typeof LANES)[number];

export function queueName(lane: Lane): string {
  switch (lane) {
    case 'any':
      return 'distiller-jobs';
    case 'gpu':
      return 'distiller-jobs-gpu';
  }
}

/** The queue carries ids only: what a job is, and how it stands, is in Postgres. */
export const Payload = z.strictObject({ jobId: z.string().min(1) });
export type Payload = z.infer<typeof Payload>;

/** A delivery that a handler throws on comes again: the row's attempt number decides when enough is enough. */
export const RETRIES = 1000;

/** Milliseconds before the delivery after the `failures`-th failed one: 1, 2, 4 … 30 seconds. */
export function retryDelayMs(failures: number): number {
  return Math.min(1000 * 2 ** (failures - 1), 30_000);
}

/** How far priorities go, up and down: BullMQ has room for 2 ** 21. */
export const MAX_PRIORITY = 1_000_000;

/** How long after its last sign of life a consumer is taken for dead and its job is delivered to another. */
export const LOCK_MS = 10_000;
export const STALLED_CHECK_MS = 5_000;

/** A consumer's death is no fault of the job: it may happen to it any number of times. */
export const MAX_STALLS = 1_000_000;
