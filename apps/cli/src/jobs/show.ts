import { type Command } from 'commander';
import { openSession } from '../session.ts';
import { childTable } from '../sweeps/child-table.ts';
import { describeJob } from './describe.ts';

export function addShow(jobs: Command): void {
  jobs
    .command('show')
    .description('how a job stands; of a sweep, its children too')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, print } = openSession(command);
      const job = await client.jobs.get(id);
      const children = job.sweep ? (await client.jobs.children(id)).data : [];
      const table = job.sweep ? ['', ...childTable(children, job.sweep.metric)] : [];
      print(job.sweep ? { ...job, children } : job, [...describeJob(job), ...table]);
    });
}
