import { COLUMNS, type Column } from './columns.ts';
import { type JobRow } from './use-summaries.ts';

type Test = (job: JobRow, now: number) => boolean;

/**
 * What a line of search means: words anywhere in the row; `game:pong` in one column; `kl_best<0.3`, `step>=100`;
 * `/expression/`; and `-` before any of these for what it must not be. All must hold.
 */
export function parseSearch(text: string): Test {
  const tests = (text.match(/-?\/(?:[^/\\]|\\.)+\/|\S+/g) ?? []).map(parseTerm);
  return (job, now) => tests.every((test) => test(job, now));
}

function parseTerm(term: string): Test {
  if (term.length > 1 && term.startsWith('-')) {
    const test = parseTerm(term.slice(1));
    return (job, now) => !test(job, now);
  }
  const expression = /^\/(.+)\/$/.exec(term)?.[1];
  if (expression !== undefined) return byExpression(expression);
  const parts = /^([a-z_]+)(<=|>=|<|>|:|=)(.+)$/i.exec(term);
  const column = parts && COLUMNS.find(({ id }) => id === (parts[1] === 'kl' ? 'kl_best' : parts[1]));
  return parts && column ? byColumn(column, parts[2] ?? '', parts[3] ?? '') : byWord(term.toLowerCase());
}

function byExpression(source: string): Test {
  try {
    const expression = new RegExp(source, 'i');
    return (job) => expression.test(rowText(job));
  } catch {
    // Half-written: nothing is hidden while the reader writes on.
    return () => true;
  }
}

const byWord =
  (word: string): Test =>
  (job) =>
    rowText(job).includes(word);

function byColumn({ value: of }: Column, operator: string, wanted: string): Test {
  const number = Number(wanted);
  return (job, now) => {
    const value = of(job, now);
    if (value === null) return false;
    if (operator === ':') return String(value).toLowerCase().includes(wanted.toLowerCase());
    if (operator === '=') return String(value).toLowerCase() === wanted.toLowerCase();
    if (typeof value !== 'number' || Number.isNaN(number)) return false;
    if (operator === '<') return value < number;
    if (operator === '<=') return value <= number;
    return operator === '>' ? value > number : value >= number;
  };
}

const texts = new WeakMap<JobRow, string>();

function rowText(job: JobRow): string {
  let text = texts.get(job);
  if (text === undefined) {
    const { id, kind, status, game, loss, teacher, preset, metadata } = job;
    text = [id, kind, status, game, loss, teacher, preset, ...Object.entries(metadata).flat()].join(' ').toLowerCase();
    texts.set(job, text);
  }
  return text;
}

export interface Sort {
  column: string;
  isDescending: boolean;
}

/** Sorted by a column; jobs without a value come last, and equal ones newest first. */
export function sortJobs(jobs: readonly JobRow[], { column: id, isDescending }: Sort, now: number): readonly JobRow[] {
  const column = COLUMNS.find((one) => one.id === id);
  if (!column) return jobs;
  const keyed = jobs.map((job) => ({ job, value: column.value(job, now) }));
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
    const order = a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
    return isDescending ? -order : order;
  });
  return keyed.map(({ job }) => job);
}
