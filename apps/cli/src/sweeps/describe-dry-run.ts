import { type JobDryRun } from '@distiller/client';
import { pointInWords } from '../jobs/describe.ts';

/** What a sweep would do, in lines. */
export function describeDryRun({ sweep, total_steps: steps }: JobDryRun): string[] {
  if (!sweep) return [];
  const rungs = sweep.rungs.map((step, rung) => `${sweep.keeps[rung]} go on from step ${step}`);
  const more = sweep.children - sweep.first.length;
  return [
    `${sweep.children} children, ${steps} steps in all`,
    ...(sweep.labellings > 0 ? [`after ${sweep.labellings} job(s) that make labels for them`] : []),
    ...rungs,
    ...sweep.first.map(({ point }) => pointInWords(point)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}
