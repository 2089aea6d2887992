import { type Job } from '@distiller/client';
import { type Command } from 'commander';
import { UsageError } from '../failure.ts';
import { openSession } from '../session.ts';
import { inCell, renderTable } from '../table.ts';

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('jobs side by side: where their specs differ, and what came of them')
    .argument('<ids...>', 'jobs')
    .action(async (ids: string[], _options: object, command: Command) => {
      if (ids.length < 2) throw new UsageError('one job has nothing to be compared with');
      const { client, print } = openSession(command);
      const jobs = await Promise.all(ids.map((id) => client.jobs.get(id)));
      print(jobs, compareJobs(jobs));
    });
}

/** A column for each job; rows are what is not the same in all specs, then every number that came of one. */
export function compareJobs(jobs: readonly Pick<Job, 'id' | 'status' | 'spec' | 'result'>[]): string[] {
  const specs = jobs.map(({ spec }) => flatten(spec));
  const results = jobs.map(({ result }) => flatten(result ?? {}));
  const fields = namesOf(specs).filter((name) => new Set(specs.map((spec) => spec.get(name))).size > 1);
  const row = (columns: readonly Map<string, string>[]) => (name: string) => [
    name,
    ...columns.map((column) => column.get(name) ?? '–'),
  ];
  return renderTable(
    ['', ...jobs.map(({ id }) => id)],
    [['status', ...jobs.map(({ status }) => status)], ...fields.map(row(specs)), ...namesOf(results).map(row(results))],
  );
}

function namesOf(columns: readonly Map<string, string>[]): string[] {
  return [...new Set(columns.flatMap((column) => [...column.keys()]))];
}

/** Every value that is none of objects, under its path: `optimizer.learning_rate`. */
function flatten(value: unknown, path: readonly string[] = []): Map<string, string> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return new Map([[path.join('.'), show(value)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...flatten(inner, [...path, key])]));
}

function show(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return inCell(value);
}
