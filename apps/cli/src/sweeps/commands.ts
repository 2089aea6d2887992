import { type JobSpec } from '@distiller/client';
import { type Command } from 'commander';
import { UsageError } from '../failure.ts';
import { submit } from '../jobs/submit.ts';
import { readYaml } from '../local-file.ts';
import { openSession } from '../session.ts';
import { addShow } from '../jobs/show.ts';
import { describeDryRun } from './describe-dry-run.ts';

interface SweepOptions {
  file?: string;
  watch?: true;
  dryRun?: true;
}

export function addSweep(program: Command): void {
  const sweep = program
    .command('sweep')
    .description('one distillation in many ways: a grid, points at random, or successive halving')
    .option('-f, --file <spec>', 'a YAML or JSON file, or - for stdin')
    .option('--dry-run', 'say what it would do, and do nothing')
    .option('--watch', 'wait for its end')
    .action(async ({ file, watch, dryRun }: SweepOptions, command: Command) => {
      if (file === undefined) throw new UsageError('-f FILE is needed, or `sweep show ID`');
      const session = openSession(command);
      const spec = asSweep(await readYaml(file));
      if (!dryRun) return submit(session, spec, { watch });
      const told = await session.client.jobs.dryRun(spec);
      session.print(told, describeDryRun(told));
    });
  addShow(sweep);
}

/** A file of this command need not say what it is of. */
function asSweep(value: unknown): JobSpec {
  const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value);
  // The service judges it, and names the field.
  return (isPlain ? { kind: 'sweep', ...value } : value) as JobSpec;
}
