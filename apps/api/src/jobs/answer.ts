import { type JobRow, type Page } from '@distiller/storage';
import { toPage } from '../page.ts';
import { type Scope } from '../scope.ts';
import { toJob } from './schema.ts';

/** A job as clients see it, with what the workers there are lack. */
export async function answerJob({ storage }: Scope, row: JobRow) {
  return toJob(row, await storage.workers.fleet());
}

export async function answerJobs({ storage }: Scope, page: Page<JobRow>) {
  const fleet = await storage.workers.fleet();
  return toPage(page, (row) => toJob(row, fleet));
}
