import { type Job } from '@distiller/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Chart, type ChartProps } from './chart.tsx';
import { formatTime, formatValue } from './format.ts';
import { lossName } from './loss-name.ts';
import { isUnreachable, Problem } from './problem.tsx';
import { service } from './service.ts';
import { StatusBadge } from './status-badge.tsx';
import { useJobCurves } from './use-job-curves.ts';

const CHARTS: Omit<ChartProps, 'curves' | 'isOver'>[] = [
  {
    title: 'Training loss',
    meaning: 'Per step: distance of the values, of the derivatives, and their weighted sum.',
    names: ['value_term', 'derivative_term', 'loss'],
    scale: 'log',
  },
  {
    title: 'kl',
    meaning: 'KL(teacher ‖ student) on held-out frames, nats.',
    names: ['kl'],
    scale: 'log',
  },
  {
    title: 'action_error',
    meaning: 'Share of held-out frames where the likeliest action differs.',
    names: ['action_error'],
    scale: 'linear',
  },
  {
    title: 'jacobian_error',
    meaning: 'Relative squared error of the log-policy Jacobian on held-out frames.',
    names: ['jacobian_error'],
    scale: 'log',
  },
];

const isOver = (job: Job): boolean => ['succeeded', 'failed', 'cancelled'].includes(job.status);

export function JobView({ id }: { id: string }) {
  const client = useQueryClient();
  const job = useQuery({ queryKey: ['job', id], queryFn: () => service.jobs.get(id), refetchInterval: 3_000 });
  const curves = useJobCurves(id);
  const cancel = useMutation({
    mutationFn: () => service.jobs.cancel(id),
    onSettled: () => client.invalidateQueries(),
  });
  if (!job.data) {
    // That nobody answers, the list of jobs says.
    const isComing = job.isPending || isUnreachable(job.error);
    return isComing ? <p className="placeholder">Loading {id} …</p> : <Problem error={job.error} />;
  }
  return (
    <section aria-labelledby="job-title">
      <header className="job-header">
        <h2 id="job-title">{id}</h2>
        <StatusBadge status={job.data.status} />
        {!isOver(job.data) && (
          <button
            type="button"
            onClick={() => cancel.mutate()}
            disabled={cancel.isPending || job.data.status === 'cancelling'}
          >
            Cancel
          </button>
        )}
        {job.data.model && <a href={service.models.url(job.data.model)}>Download the student</a>}
      </header>
      {cancel.error && <Problem error={cancel.error} />}
      <Facts job={job.data} />
      <div className="charts">
        {CHARTS.map((chart) => (
          <Chart key={chart.title} {...chart} curves={curves} isOver={isOver(job.data)} />
        ))}
      </div>
    </section>
  );
}

function Facts({ job }: { job: Job }) {
  const { result } = job;
  const facts: [string, string][] = [
    ['loss', lossName(job)],
    ['teacher', job.teacher?.name ?? '–'],
    ['rollouts', job.rollouts?.name ?? '–'],
    ['step', `${job.step} / ${job.total_steps}`],
    ['engine', job.engine ?? '–'],
    ['submitted', formatTime(job.created_at)],
    ...(result ? ([['steps/s', formatValue(result.steps_per_second)]] as [string, string][]) : []),
  ];
  return (
    <>
      <progress value={job.step} max={job.total_steps} aria-label="steps done" />
      {job.error && (
        <p className="problem" role="alert">
          {job.error.code}: {job.error.message}
        </p>
      )}
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
