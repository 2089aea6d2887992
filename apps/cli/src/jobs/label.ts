import { type JobSpec } from '@distiller/client';
import { type Command, Option } from 'commander';
import { UsageError } from '../failure.ts';
import { wholeNumber } from '../option-values.ts';
import { openSession } from '../session.ts';
import { submit } from './submit.ts';

type LabellingSpec = Extract<JobSpec, { kind: 'labelling' }>;
type Projections = NonNullable<LabellingSpec['projections']>;
type Directions = Extract<Projections, { kind: 'jvp' }>['directions'];

export interface LabelOptions {
  teacher: string;
  rollouts: string;
  name?: string;
  projections?: 'none' | 'vjp' | 'jvp';
  directions?: string;
  count?: number;
  precision?: 'int8' | 'f16' | 'f32';
  seed?: number;
  watch?: true;
}

export function addLabel(program: Command): void {
  program
    .command('label')
    .description('stores what a teacher says of recorded play, for every job that trains on it')
    .requiredOption('--teacher <name>', 'name or id')
    .requiredOption('--rollouts <name>', 'name or id')
    .option('--name <name>', 'what the labels are called')
    .addOption(
      new Option('--projections <kind>', 'of its Jacobian; none: log-probabilities alone').choices([
        'none',
        'vjp',
        'jvp',
      ]),
    )
    .option('--directions <set>', 'along which: frame-difference, patch, gaussian, …; with --projections jvp')
    .option('--count <n>', 'projections a frame', wholeNumber)
    .addOption(
      new Option('--precision <bits>', 'of a number: int8 or f16 (vjp), f32 or f16 (jvp)').choices([
        'int8',
        'f16',
        'f32',
      ]),
    )
    .option('--seed <n>', 'of the directions', wholeNumber)
    .option('--watch', 'wait for its end')
    .action((options: LabelOptions, command: Command) => submit(openSession(command), labellingSpec(options), options));
}

/** @throws UsageError where options contradict each other */
export function labellingSpec(options: LabelOptions): LabellingSpec {
  const { teacher, rollouts, name, seed } = options;
  const projections = projectionsOf(options);
  return {
    kind: 'labelling',
    teacher,
    rollouts,
    ...(name !== undefined && { name }),
    ...(projections && { projections }),
    ...(seed !== undefined && { seed }),
  };
}

function projectionsOf({ projections: kind, directions, count, precision }: LabelOptions): Projections | undefined {
  const given = { ...(count !== undefined && { count }), ...(precision && { precision }) };
  if (kind === undefined || kind === 'none') {
    if (directions ?? count ?? precision)
      throw new UsageError('--directions, --count and --precision are of --projections vjp or jvp');
    return kind && { kind };
  }
  if (kind === 'vjp') {
    if (directions !== undefined) throw new UsageError('--directions are of --projections jvp');
    // What fits is for the service to judge, which names it.
    return { kind, ...given } as Projections;
  }
  if (directions === undefined) throw new UsageError('--projections jvp needs --directions');
  return { kind, directions: directions as Directions, ...given } as Projections;
}
