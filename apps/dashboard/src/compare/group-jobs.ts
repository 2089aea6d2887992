import { type Job } from '@distiller/client';
import { type Line } from '../charts/line.ts';
import { flatten, showJson } from '../job/spec-diff.ts';

/** What says nothing about how a job was meant: two that differ in these only are the same try again. */
const APART = new Set(['seed']);
const isApart = (path: string): boolean => APART.has(path) || path.startsWith('metadata.');

/** Fields of the specs that are not the same in all jobs. */
export function differingFields(jobs: readonly Job[]): string[] {
  const specs = jobs.map(({ spec }) => flatten(spec));
  const paths = [...new Set(specs.flatMap((spec) => [...spec.keys()]))];
  return paths.filter((path) => new Set(specs.map((spec) => JSON.stringify(spec.get(path)))).size > 1);
}

export interface Group {
  name: string;
  jobs: Job[];
}

/** Jobs that differ in their seed only, together, named by what they do not share with the others. */
export function groupBySeed(jobs: readonly Job[]): Group[] {
  const fields = differingFields(jobs).filter((path) => !isApart(path));
  const groups = new Map<string, Job[]>();
  for (const job of jobs) {
    const spec = flatten(job.spec);
    const name = fields.map((path) => `${path.split('.').slice(-2).join('.')}=${showJson(spec.get(path))}`).join(', ');
    groups.set(name, [...(groups.get(name) ?? []), job]);
  }
  return [...groups].map(([name, members]) => ({ name: name || 'all seeds', jobs: members }));
}

/** The mean of several lines with their lowest and highest, at every x that all of them have. */
export function meanLine(lines: readonly Line[], rest: Pick<Line, 'label' | 'style'>): Line {
  const tables = lines.map(({ xs, ys }) => new Map(xs.map((x, index) => [x, ys[index] ?? null])));
  const [first, ...others] = tables;
  const xs = [...(first?.keys() ?? [])].filter((x) => others.every((table) => table.has(x)));
  const columns = xs.map((x) => tables.map((table) => table.get(x) ?? null));
  const over = (reduce: (values: number[]) => number) =>
    columns.map((column) => {
      const values = column.filter((value) => value !== null);
      return values.length < column.length || values.length === 0 ? null : reduce(values);
    });
  return {
    ...rest,
    xs,
    ys: over((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
    band: { low: over((values) => Math.min(...values)), high: over((values) => Math.max(...values)) },
  };
}
