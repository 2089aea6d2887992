import { type Job } from '@distiller/client';
import { type Line } from '../charts/line.ts';
import { lossName } from '../job/loss-name.ts';
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
    const key = fields.map((path) => JSON.stringify(spec.get(path))).join();
    groups.set(key, [...(groups.get(key) ?? []), job]);
  }
  const named = nameable(jobs, fields);
  const names = [...groups.values()].map(([job]) => (job ? nameOf(job, named) : ''));
  return [...groups.values()].map((members, index) => {
    const [name = ''] = names.slice(index);
    return { name: names.indexOf(name) < index ? `${name} (${index + 1})` : name, jobs: members };
  });
}

/** Fields that say in a word what sets jobs apart: numbers and words that all of them have; the loss has a name already. */
function nameable(jobs: readonly Job[], fields: readonly string[]): string[] {
  const specs = jobs.map(({ spec }) => flatten(spec));
  return fields.filter((path) => {
    if (path.startsWith('loss.') && /\.(kind|directions)$/.test(path)) return false;
    return specs.every((spec) => ['string', 'number'].includes(typeof spec.get(path)));
  });
}

function nameOf(job: Job, fields: readonly string[]): string {
  const spec = flatten(job.spec);
  const told = fields.map((path) => `${path.split('.').at(-1)} ${showJson(spec.get(path))}`);
  const size = job.student ? [`${job.student.parameter_count.toLocaleString('en')} parameters`] : [];
  return [lossName(job), ...told, ...size].join(', ');
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
