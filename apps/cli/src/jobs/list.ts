import { type Job, type JobStatus } from '@distiller/client';
import { type Command } from 'commander';
import { addPageOptions, type ListOptions, sayMore } from '../page-options.ts';
import { openSession } from '../session.ts';
import { renderTable } from '../table.ts';

export function addList(jobs: Command): void {
  addPageOptions(jobs.command('list').description('newest first'))
    .option(
      '--status <status...>',
      'only those: validating, queued, running, pausing, paused, cancelling, succeeded, failed, cancelled',
    )
    .action(listJobs);
}

async function listJobs(options: ListOptions & { status?: JobStatus[] }, command: Command): Promise<void> {
  const { client, print } = openSession(command);
  const page = await client.jobs.list(options);
  print(page, renderTable(['id', 'kind', 'status', 'done', 'teacher', 'made', 'created'], page.data.map(row)));
  sayMore(page);
}

function row({ id, kind, status, step, total_steps: total, ...job }: Job): string[] {
  const made = job.model ?? job.made_rollouts?.name ?? job.made_labels?.name ?? '–';
  return [id, kind, status, `${step}/${total}`, job.teacher?.name ?? '–', made, job.created_at];
}
