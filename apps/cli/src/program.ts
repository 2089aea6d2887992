import { Command, Option } from 'commander';
import { explain } from './failure.ts';
import { addJobs } from './jobs/commands.ts';
import { addRun } from './jobs/run.ts';
import { addModels } from './models/commands.ts';
import { addRollouts } from './rollouts/commands.ts';
import { addSweep } from './sweeps/commands.ts';
import { addTeachers } from './teachers/commands.ts';

/** Where `npm start` serves. */
const USUAL_URL = 'http://127.0.0.1:4747';

/** Runs one command. @returns the exit code: 0, 1 for what was refused or failed, 2 for what was asked wrongly */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    const { exitCode, lines } = explain(error);
    for (const line of lines) process.stderr.write(`${line}\n`);
    return exitCode;
  }
}

function createProgram(): Command {
  const program = new Command('distill')
    .description('The Sobolev Distiller from the command line: answers on stdout, progress on stderr.')
    .addOption(new Option('--url <url>', 'where the service is').env('DISTILLER_URL').default(USUAL_URL))
    .option('--json', "print the service's answer as it is")
    // Before the commands are added: they inherit it.
    .exitOverride();
  addTeachers(program);
  addRollouts(program);
  addJobs(program);
  addRun(program);
  addSweep(program);
  addModels(program);
  return program;
}
