import { type Job } from '@distiller/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Chart } from './chart.tsx';
import { formatTime, formatValue } from './format.ts';
import { chartsOf } from './job-charts.ts';
import { JobFiles } from './job-files.tsx';
import { lossName } from './loss-name.ts';
import { isUnreachable, Problem } from './problem.tsx';
import { service } from './service.ts';
import { StatusBadge } from './status-badge.tsx';
import { useJobCurves } from './use-job-curves.ts';

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
      <JobFiles job={job.data} />
      <div className="charts">
        {chartsOf(job.data).map((chart) => (
          <Chart key={chart.title} {...chart} curves={curves} isOver={isOver(job.data)} />
        ))}
      </div>
    </section>
  );
}

function Facts({ job }: { job: Job }) {
  const { result } = job;
  const facts: [string, string][] = [
    [job.kind === 'distillation' ? 'loss' : 'kind', lossName(job)],
    ['teacher', job.teacher?.name ?? '–'],
    ['rollouts', (job.rollouts ?? job.made_rollouts)?.name ?? '–'],
    ['step', `${job.step} / ${job.total_steps}`],
    ['engine', job.engine ?? '–'],
    ['submitted', formatTime(job.created_at)],
    ...Object.entries(result ?? {}).map(([name, value]): [string, string] => [name, formatValue(value)]),
  ];
  return (
    <>
      <progress value={job.step} max={Math.max(job.total_steps, job.step, 1)} aria-label="steps done" />
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
