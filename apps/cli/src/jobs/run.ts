import { type JobSpec } from '@distiller/client';
import { type Command, Option } from 'commander';
import { UsageError } from '../failure.ts';
import { wholeNumber } from '../option-values.ts';
import { openSession } from '../session.ts';
import { submit } from './submit.ts';

type DistillationSpec = Extract<JobSpec, { kind: 'distillation' }>;

interface RunOptions {
  teacher: string;
  rollouts?: string;
  closedLoop?: true;
  student?: string;
  steps?: number;
  loss?: 'kl' | 'vjp' | 'jvp';
  seed?: number;
  watch?: true;
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description('a distillation in one command; what is not said is as the service has it by default')
    .requiredOption('--teacher <name>', 'name or id')
    .option('--rollouts <name>', 'recorded play to train on; with --closed-loop, to begin with')
    .option('--closed-loop', 'the student plays in rounds, and the teacher says what it would have done')
    .option('--student <preset>', 'its architecture: paper-student, nature, impala, …')
    .option('--steps <n>', 'optimiser steps', wholeNumber)
    .addOption(new Option('--loss <loss>', 'kl alone, or with a derivative term').choices(['kl', 'vjp', 'jvp']))
    .option('--seed <n>', 'of all that is drawn', wholeNumber)
    .option('--watch', 'wait for its end')
    .action((options: RunOptions, command: Command) =>
      submit(openSession(command), distillationSpec(options), options),
    );
}

/** @throws UsageError where there is nothing to train on */
export function distillationSpec(options: RunOptions): DistillationSpec {
  const { teacher, rollouts, closedLoop, student, steps, loss, seed } = options;
  if (rollouts === undefined && !closedLoop) throw new UsageError('--rollouts, --closed-loop or both are needed');
  return {
    kind: 'distillation',
    teacher,
    ...(rollouts !== undefined && { rollouts }),
    ...(closedLoop && { data: { kind: 'closed_loop' } }),
    // The service knows the presets, and names them.
    ...(student !== undefined && { student: { preset: student } as DistillationSpec['student'] }),
    ...(steps !== undefined && { steps }),
    ...(loss && { loss: { derivative: { kind: loss === 'kl' ? 'none' : loss } } }),
    ...(seed !== undefined && { seed }),
  };
}
