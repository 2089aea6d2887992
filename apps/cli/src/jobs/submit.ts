import { type JobSpec } from '@distiller/client';
import { type Command } from 'commander';
import { UsageError } from '../failure.ts';
import { readYaml } from '../local-file.ts';
import { openSession, type Session } from '../session.ts';
import { describeJob } from './describe.ts';
import { follow } from './follow.ts';

interface SubmitOptions {
  file?: string;
  watch?: true;
}

export function addSubmit(jobs: Command): void {
  jobs
    .command('submit')
    .description('a job as the API takes it; `explain` says what it may say')
    .argument('[spec]', 'a YAML or JSON file, or - for stdin')
    .option('-f, --file <spec>', 'the same')
    .option('--watch', 'wait for its end')
    .action(async (path: string | undefined, { file = path, watch }: SubmitOptions, command: Command) => {
      if (file === undefined) throw new UsageError('a file is needed: submit -f job.yaml');
      // The service judges it, and names the field.
      await submit(openSession(command), (await readYaml(file)) as JobSpec, { watch });
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
