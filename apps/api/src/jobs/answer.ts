import { type Fleet, type JobRow, type Page } from '@distiller/storage';
import { type z } from 'zod';
import { alreadyChecked, alreadyWritten } from '../checked-answer.ts';
import { toPage } from '../page.ts';
import { type Scope } from '../scope.ts';
import { type Job, toJob } from './schema.ts';
import { waitingFor } from './waiting-for.ts';

/** A job as clients see it, with what the workers there are lack. */
export async function answerJob({ storage }: Scope, row: JobRow) {
  return show(row, await storage.workers.fleet());
}

export async function answerJobs({ storage }: Scope, page: Page<JobRow>) {
  const fleet = await storage.workers.fleet();
  return alreadyChecked(toPage(page, (row) => show(row, fleet)));
}

/** What was shown of a row: the same row is the same object. */
const shown = new WeakMap<JobRow, z.infer<typeof Job>>();

function show(row: JobRow, fleet: Fleet): z.infer<typeof Job> {
  const before = shown.get(row);
  const lacks = waitingFor(row, fleet);
  if (before?.waiting_for === lacks) return before;
  const job = alreadyWritten(toJob(row, lacks));
  shown.set(row, job);
  return job;
}
