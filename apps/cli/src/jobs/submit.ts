import { type JobSpec } from '@distiller/client';
import { type Command } from 'commander';
import { readJson } from '../local-file.ts';
import { openSession, type Session } from '../session.ts';
import { describeJob } from './describe.ts';
import { follow } from './follow.ts';

interface SubmitOptions {
  watch?: true;
}

export function addSubmit(jobs: Command): void {
  jobs
    .command('submit')
    .description('a job as the API takes it')
    .argument('<spec>', 'a JSON file, or - for stdin')
    .option('--watch', 'wait for its end')
    .action(async (path: string, { watch }: SubmitOptions, command: Command) => {
      // The service judges it, and names the field.
      await submit(openSession(command), (await readJson(path)) as JobSpec, { watch });
    });
}

/** Submits, prints the job, and waits for its end first where that is wanted. */
export async function submit(
  session: Session,
  spec: JobSpec,
  { watch }: { watch?: boolean | undefined },
): Promise<void> {
  const { client, print } = session;
  const submitted = await client.jobs.create(spec);
  const job = watch ? await follow(client, submitted) : submitted;
  print(job, describeJob(job));
}
