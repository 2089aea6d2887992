import { type Job } from '@distiller/client';
import { type ReactNode } from 'react';
import { Link } from 'wouter';
import { formatValue } from '../charts/format.ts';
import { formatDuration, Time } from '../shell/time.tsx';
import { isFinal } from './is-final.ts';
import { type JobStream } from './use-job-stream.ts';

export function JobFacts({ job, phase }: { job: Job; phase: JobStream['phase'] }) {
  const { waiting_for: missing } = job;
  const share = job.total_steps > 0 ? Math.min(100, (100 * job.step) / job.total_steps) : 0;
  return (
    <section className="card facts-card" aria-label="Facts">
      {!isFinal(job.status) && (
        <div className="progress-line">
          <progress value={job.step} max={Math.max(job.total_steps, job.step, 1)} aria-label="steps done" />
          <span>
            {job.step.toLocaleString('en')} / {job.total_steps.toLocaleString('en')} ({share.toFixed(0)} %)
            {phase && phase.done < phase.total && `, ${phase.phase}: ${phase.done} of ${phase.total}`}
          </span>
        </div>
      )}
      {job.error && (
        <div className="problem" role="alert">
          <p>
            <code>{job.error.code}</code> {job.error.message}
          </p>
        </div>
      )}
      {missing && <p className="warning">No worker can take this job: it waits for {missing}.</p>}
      <dl className="facts">
        {factsOf(job).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function factsOf(job: Job): [string, ReactNode][] {
  const rollouts = job.rollouts ?? job.made_rollouts;
  return [
    ...results(job),
    ...(rollouts
      ? [
          [
            'rollouts',
            <Link key="r" href={`/rollouts?name=${rollouts.name}`}>
              {rollouts.name}
            </Link>,
          ] as const,
        ]
      : []),
    ...(job.model
      ? [
          [
            'model',
            <Link key="m" href={`/models/${job.model}`}>
              {job.model}
            </Link>,
          ] as const,
        ]
      : []),
    ...(job.student_model
      ? [
          [
            'judged',
            <Link key="s" href={`/models/${job.student_model}`}>
              {job.student_model}
            </Link>,
          ] as const,
        ]
      : []),
    ...(job.made_labels ? [['labels', job.made_labels.name] as const] : []),
    ...(job.student ? [['parameters', job.student.parameter_count.toLocaleString('en')] as const] : []),
    ['step', `${job.step.toLocaleString('en')} / ${job.total_steps.toLocaleString('en')}`],
    ...(job.engine ? [['engine', job.engine] as const] : []),
    ...(job.attempt > 1 ? [['attempt', String(job.attempt)] as const] : []),
    ...upcomingFacts(job),
    ['submitted', <Time key="c" at={job.created_at} />],
    ...(job.started_at ? [['ran', <span key="d">{formatDuration(secondsOf(job))}</span>] as const] : []),
    ...Object.entries(job.metadata).map(([name, value]) => [name, value] as const),
  ].map(([name, value]) => [name, value] as [string, ReactNode]);
}

function results({ result, student }: Job): (readonly [string, ReactNode])[] {
  return Object.entries(result ?? {})
    .filter(([name]) => name !== 'seconds' && !(student && name === 'parameter_count'))
    .map(([name, value]) => [name.replaceAll('_per_second', '/s'), <strong key={name}>{formatValue(value)}</strong>]);
}

function upcomingFacts(job: Job): (readonly [string, ReactNode])[] {
  const { priority, deadline_at, queue_position, estimated_finish, retry_of } = job;
  const isOpen = !isFinal(job.status);
  return [
    ...(isOpen && typeof queue_position === 'number' ? [['place in the queue', String(queue_position)] as const] : []),
    ...(isOpen && estimated_finish ? [['ends about', <Time key="e" at={estimated_finish} />] as const] : []),
    ...(typeof priority === 'number' && priority !== 0 ? [['priority', String(priority)] as const] : []),
    ...(deadline_at ? [['deadline', <Time key="l" at={deadline_at} />] as const] : []),
    ...(retry_of
      ? [
          [
            'retry of',
            <Link key="o" href={`/jobs/${retry_of}`}>
              {retry_of}
            </Link>,
          ] as const,
        ]
      : []),
  ];
}

function secondsOf({ started_at, finished_at }: Job): number {
  return ((finished_at ? Date.parse(finished_at) : Date.now()) - Date.parse(started_at ?? '')) / 1000;
}
