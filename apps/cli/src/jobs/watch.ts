import { type Command } from 'commander';
import { openSession } from '../session.ts';
import { describeJob } from './describe.ts';
import { follow } from './follow.ts';

export function addWatch(jobs: Command): void {
  jobs
    .command('watch')
    .description('shows how a job goes on, until it has ended')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, print } = openSession(command);
      const job = await follow(client, await client.jobs.get(id));
      print(job, describeJob(job));
    });
}
