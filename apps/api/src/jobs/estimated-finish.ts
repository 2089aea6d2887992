import { type JobRow } from '@distiller/storage';

/** When the job will have done its steps if it goes on as it has gone since it was taken up; null: nobody can say. */
export function estimatedFinish({ status, step, totalSteps, rate, progressAt }: EstimatedJob): Date | null {
  if (status !== 'running' || rate === null || rate <= 0 || progressAt === null) return null;
  const finish = new Date(progressAt.getTime() + (1000 * Math.max(0, totalSteps - step)) / rate);
  return Number.isNaN(finish.getTime()) ? null : finish;
}

export type EstimatedJob = Pick<JobRow, 'status' | 'step' | 'totalSteps' | 'rate' | 'progressAt'>;
