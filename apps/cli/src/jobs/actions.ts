import { type Client, type Job } from '@distiller/client';
import { type Command } from 'commander';
import { openSession } from '../session.ts';
import { describeJob } from './describe.ts';

type Ask<Options> = (jobs: Client['jobs'], id: string, options: Options) => Promise<Job>;

/** What can be asked of a job; the service says what is legal instead where it is not. */
export function addActions(jobs: Command): void {
  asking<{ now?: boolean }>(
    jobs
      .command('cancel')
      .description('asks a job to end, at its next step, keeping what it has')
      .option('--now', 'ends its process at once'),
    ({ cancel }, id, { now }) => cancel(id, { mode: now ? 'now' : 'graceful' }),
  );
  asking<{ latest?: boolean }>(
    jobs
      .command('pause')
      .description('holds a job, after a checkpoint at its next step')
      .option('--latest', 'holds it at its latest checkpoint, and drops the steps since'),
    ({ pause }, id, { latest }) => pause(id, { checkpoint: latest ? 'latest' : 'save' }),
  );
  asking(jobs.command('resume').description('queues a paused job again'), ({ resume }, id) => resume(id));
  asking(
    jobs.command('retry').description('submits the same job anew, after it has failed or was cancelled'),
    ({ retry }, id) => retry(id),
  );
}

function asking<Options>(command: Command, ask: Ask<Options>): void {
  command.argument('<id>').action(async (id: string, options: Options, called: Command) => {
    const { client, print } = openSession(called);
    const job = await ask(client.jobs, id, options);
    print(job, describeJob(job));
  });
}
