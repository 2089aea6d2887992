import { type Job } from '@distiller/client';

/** What a job tells of itself where the service has these abilities; shown only where it does. */
export interface Upcoming {
  priority?: number | null;
  deadline_at?: string | null;
  queue_position?: number | null;
  estimated_finish?: string | null;
  seed?: number | null;
  retry_of?: string | null;
  best_checkpoint?: { step: number } | null;
  /** Why nobody can take the job, such as a GPU that no worker has. */
  waiting_reason?: string | null;
}

export const upcoming = (job: Job): Upcoming => job as unknown as Upcoming;
