import { formatValue } from '../charts/format.ts';
import { isFinal } from '../job/is-final.ts';
import { formatDuration } from '../shell/time.tsx';
import { type JobRow } from './use-summaries.ts';

export interface Column {
  id: string;
  title: string;
  meaning: string;
  width: number;
  isNumber: boolean;
  /** What is sorted and filtered by; null comes last either way. */
  value: (job: JobRow, now: number) => number | string | null;
  /** What is read, where it is not the value itself. */
  text?: (job: JobRow, now: number) => string;
  /** Of a metric: which end is the better one. */
  better?: 'low' | 'high';
  isShown: boolean;
  /** Shown only where some job has it. */
  isUpcoming?: boolean;
}

const metric = (name: string, which: 'min' | 'max' | 'last') => (job: JobRow) => job.metrics[name]?.[which] ?? null;

function number(id: string, title: string, meaning: string, value: Column['value']): Column {
  return { id, title, meaning, width: 96, isNumber: true, value, isShown: true };
}

function word(id: string, title: string, value: Column['value'], width = 110): Column {
  return { id, title, meaning: title, width, isNumber: false, value, isShown: true };
}

/** Seconds until the job ends: as the service estimates, else by its rate so far. */
function secondsLeft(job: JobRow, now: number): number | null {
  if (isFinal(job.status)) return null;
  if (job.estimated_finish) return Math.max(0, (Date.parse(job.estimated_finish) - now) / 1000);
  if (job.status !== 'running' || !job.steps_per_second) return null;
  return Math.max(0, job.total_steps - job.step) / job.steps_per_second;
}

const orDash = (value: number | null, text: (value: number) => string) => (value === null ? '–' : text(value));

export const COLUMNS: readonly Column[] = [
  word('status', 'status', ({ status }) => status, 130),
  word('job', 'job', ({ id }) => id, 268),
  word('kind', 'kind', ({ kind }) => kind, 104),
  word('game', 'game', ({ game }) => game, 104),
  word('loss', 'loss', ({ loss }) => loss, 190),
  { ...number('kl_best', 'kl best', 'lowest held-out KL, nats', metric('kl', 'min')), better: 'low' },
  { ...number('kl_last', 'kl last', 'newest held-out KL, nats', metric('kl', 'last')), better: 'low' },
  {
    ...number(
      'action_error',
      'action_error',
      'share of frames with another action; lowest',
      metric('action_error', 'min'),
    ),
    better: 'low',
    width: 112,
  },
  {
    ...number(
      'jacobian_error',
      'jacobian_error',
      'relative error of the Jacobian; lowest',
      metric('jacobian_error', 'min'),
    ),
    better: 'low',
    width: 124,
  },
  {
    ...number(
      'return_ratio',
      'return_ratio',
      "student's return over the teacher's; highest",
      metric('return_ratio', 'max'),
    ),
    better: 'high',
    width: 108,
  },
  {
    ...number('step', 'step', 'steps done', ({ step }) => step),
    width: 128,
    text: ({ step, total_steps: total }) => `${step.toLocaleString('en')} / ${total.toLocaleString('en')}`,
  },
  { ...number('rate', 'steps/s', 'steps a second', ({ steps_per_second: rate }) => rate), width: 84 },
  {
    ...number('eta', 'time left', 'until the job ends, by its rate', secondsLeft),
    text: (job, now) => orDash(secondsLeft(job, now), formatDuration),
  },
  {
    ...number('queue', 'queue', 'place in the queue', (job) => job.queue_position ?? null),
    width: 72,
    isUpcoming: true,
  },
  { ...number('priority', 'priority', 'priority', (job) => job.priority ?? null), width: 84, isUpcoming: true },
  { ...number('seed', 'seed', 'seed', ({ seed }) => seed), width: 72, isShown: false },
  {
    ...number('parameters', 'parameters', 'weights of the student', ({ parameter_count: count }) => count),
    text: ({ parameter_count: count }) => orDash(count, (value) => value.toLocaleString('en')),
    width: 108,
    isShown: false,
  },
  { ...number('flops', 'flops', 'of one forward pass', ({ flops }) => flops), isShown: false },
  { ...word('student', 'student', ({ preset }) => preset), isShown: false },
  { ...word('teacher', 'teacher', ({ teacher }) => teacher, 150), isShown: false },
  { ...word('engine', 'engine', ({ engine }) => engine), isShown: false },
  {
    ...word('metadata', 'metadata', ({ metadata }) => metadataText(metadata), 180),
    isShown: false,
  },
  {
    ...number('created', 'submitted', 'when it was submitted', ({ created_at: at }) => Date.parse(at)),
    text: ({ created_at: at }, now) => `${formatDuration((now - Date.parse(at)) / 1000)} ago`,
    width: 118,
  },
];

const metadataText = (metadata: Record<string, string>): string | null =>
  Object.entries(metadata)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ') || null;

export function cellText(column: Column, job: JobRow, now: number): string {
  if (column.text) return column.text(job, now);
  const value = column.value(job, now);
  return typeof value === 'number' ? formatValue(value) : (value ?? '–');
}

/** How much better (+) or worse (−) than the baseline, in percent of it. */
export function against(column: Column, job: JobRow, baseline: JobRow | undefined): number | null {
  if (!column.better || !baseline || baseline.id === job.id) return null;
  const [own, base] = [column.value(job, 0), column.value(baseline, 0)];
  if (typeof own !== 'number' || typeof base !== 'number' || base === 0) return null;
  return ((own - base) / Math.abs(base)) * 100 * (column.better === 'low' ? -1 : 1);
}
