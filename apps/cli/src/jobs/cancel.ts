import { type Command } from 'commander';
import { openSession } from '../session.ts';
import { describeJob } from './describe.ts';

export function addCancel(jobs: Command): void {
  jobs
    .command('cancel')
    .description('asks a job to end')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, print } = openSession(command);
      const job = await client.jobs.cancel(id);
      print(job, describeJob(job));
    });
}
