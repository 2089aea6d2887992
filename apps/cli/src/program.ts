import addCompletion from '@bomb.sh/tab/commander';
import { Command, Option } from 'commander';
import { addLogin } from './account/login.ts';
import { addDoctor } from './doctor/doctor.ts';
import { addExplain } from './explain/command.ts';
import { explain } from './failure.ts';
import { addActions } from './jobs/actions.ts';
import { addJobs } from './jobs/commands.ts';
import { addCompare } from './jobs/compare.ts';
import { addLabel } from './jobs/label.ts';
import { addRecord } from './jobs/record.ts';
import { addRun } from './jobs/run.ts';
import { addSubmit } from './jobs/submit.ts';
import { addWatch } from './jobs/watch.ts';
import { addModels } from './models/commands.ts';
import { addExport, addPull } from './models/pull.ts';
import { addOpen } from './open.ts';
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

/** In the order of their use; those of a job and a model stand at the top too, without their nouns. */
const COMMANDS = [
  addLogin,
  addTeachers,
  addRollouts,
  addRecord,
  addLabel,
  addRun,
  addSweep,
  addJobs,
  addSubmit,
  addExplain,
  addWatch,
  addActions,
  addCompare,
  addModels,
  addPull,
  addExport,
  addOpen,
  addDoctor,
];

function createProgram(): Command {
  const program = new Command('distill')
    .description('The Sobolev Distiller from the command line: answers on stdout, progress on stderr.')
    .addOption(new Option('--url <url>', 'where the service is').env('DISTILLER_URL').default(USUAL_URL))
    .option('--json', "print the service's answer as it is")
    // Before the commands are added: they inherit it.
    .exitOverride();
  for (const add of COMMANDS) add(program);
  addCompletion(program, { completionCommandName: 'completion' });
  return program;
}
