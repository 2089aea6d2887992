import { type JobRow, type Page } from '@distiller/storage';
import { alreadyChecked } from '../checked-answer.ts';
import { toPage } from '../page.ts';
import { type Scope } from '../scope.ts';
import { toJob } from './schema.ts';

/** A job as clients see it, with what the workers there are lack. */
export async function answerJob({ storage }: Scope, row: JobRow) {
  return alreadyChecked(toJob(row, await storage.workers.fleet()));
}

export async function answerJobs({ storage }: Scope, page: Page<JobRow>) {
  const fleet = await storage.workers.fleet();
  return alreadyChecked(toPage(page, (row) => toJob(row, fleet)));
}
