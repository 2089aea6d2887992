import { type JobSpec } from '@distiller/client';
import { type Command, Option } from 'commander';
import { UsageError } from '../failure.ts';
import { share, wholeNumber } from '../option-values.ts';
import { openSession } from '../session.ts';
import { submit } from './submit.ts';

type RecordingSpec = Extract<JobSpec, { kind: 'recording' }>;

export interface RecordOptions {
  teacher: string;
  name: string;
  frames?: number;
  games?: number;
  acting?: 'sampled' | 'greedy' | 'epsilon-greedy';
  epsilon?: number;
  student?: string;
  teacherShare?: number;
  seed?: number;
  watch?: true;
}

export function addRecord(program: Command): void {
  program
    .command('record')
    .description('lets a teacher, or a student beside it, play, and keeps what was seen')
    .requiredOption('--teacher <name>', 'name or id')
    .requiredOption('--name <name>', 'what the rollouts are called')
    .option('--frames <n>', 'at least so many; every episode that was begun is finished', wholeNumber)
    .option('--games <n>', 'played side by side', wholeNumber)
    .addOption(new Option('--acting <how>', 'how actions are chosen').choices(['sampled', 'greedy', 'epsilon-greedy']))
    .option('--epsilon <share>', 'of the steps, drawn evenly; with --acting epsilon-greedy', share)
    .option('--student <model>', 'a model that plays, while the teacher says what it would have done (DAgger)')
    .option('--teacher-share <share>', 'of the steps, in which the teacher acts instead; with --student', share)
    .option('--seed <n>', 'of the games and the actions', wholeNumber)
    .option('--watch', 'wait for its end')
    .action((options: RecordOptions, command: Command) =>
      submit(openSession(command), recordingSpec(options), options),
    );
}

/** @throws UsageError where options contradict each other */
export function recordingSpec(options: RecordOptions): RecordingSpec {
  const { teacher, name, frames, games, seed } = options;
  const acting = actingOf(options);
  return {
    kind: 'recording',
    teacher,
    name,
    ...(acting && { acting }),
    ...(frames !== undefined && { frames }),
    ...(games !== undefined && { games }),
    ...(seed !== undefined && { seed }),
  };
}

function actingOf({ acting, epsilon, student, teacherShare }: RecordOptions): RecordingSpec['acting'] {
  if (epsilon !== undefined && acting !== 'epsilon-greedy')
    throw new UsageError('--epsilon is of --acting epsilon-greedy');
  if (teacherShare !== undefined && student === undefined) throw new UsageError('--teacher-share needs a --student');
  if (student === undefined) {
    if (acting === undefined) return undefined;
    return acting === 'epsilon-greedy' ? { kind: acting, ...(epsilon !== undefined && { epsilon }) } : { kind: acting };
  }
  if (acting !== undefined) throw new UsageError('where a --student plays, it draws its actions: without --acting');
  return { kind: 'mixture', model: student, ...(teacherShare !== undefined && { teacher_share: teacherShare }) };
}
