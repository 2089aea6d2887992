import { useQuery } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { Link } from 'wouter';
import { useChartSettings } from '../charts/chart-controls.tsx';
import { Learned } from '../learned/learned.tsx';
import { service } from '../service/service.ts';
import { isUnreachable } from '../service/connection.ts';
import { Loading, Problem } from '../shell/states.tsx';
import { useAddress } from '../shell/use-address.ts';
import { useTitle } from '../shell/use-title.ts';
import { EventsView } from './events-view.tsx';
import { JobCharts } from './job-charts.tsx';
import { JobFacts } from './job-facts.tsx';
import { JobFiles } from './job-files.tsx';
import { JobHeader } from './job-header.tsx';
import { SpecView } from './spec-view.tsx';
import { useJobStream } from './use-job-stream.ts';

const VIEWS = [
  ['curves', 'Curves'],
  ['learned', 'What was learned'],
  ['spec', 'Spec'],
  ['events', 'Events'],
  ['files', 'Files'],
] as const;
type View = (typeof VIEWS)[number][0];

export function JobPage({ id }: { id: string }) {
  useTitle(id);
  const job = useQuery({ queryKey: ['job', id], queryFn: () => service.jobs.get(id), refetchInterval: 3_000 });
  const stream = useJobStream(id);
  const settings = useChartSettings();
  const view = viewOf(useAddress().get('view'), job.data?.kind);
  if (!job.data) {
    const isComing = job.isPending || isUnreachable(job.error);
    return <div className="page">{isComing ? <Loading what={id} /> : <Problem error={job.error} />}</div>;
  }
  const views: Record<View, () => ReactNode> = {
    curves: () => <JobCharts job={job.data} stream={stream} settings={settings} />,
    learned: () => <Learned job={job.data} />,
    spec: () => <SpecView job={job.data} />,
    events: () => <EventsView events={stream.events} />,
    files: () => <JobFiles job={job.data} />,
  };
  return (
    <div className="page">
      <JobHeader job={job.data} />
      <JobFacts job={job.data} phase={stream.phase} />
      <nav className="tabs" aria-label="Views of the job">
        {VIEWS.map(([name, title]) => (
          <Link key={name} href={`/jobs/${id}?view=${name}`} replace aria-current={name === view ? 'page' : undefined}>
            {title}
            {name === 'files' && job.data.files.length > 0 && <span className="muted"> {job.data.files.length}</span>}
          </Link>
        ))}
      </nav>
      {views[view]()}
    </div>
  );
}

/** An evaluation has no curves: what it found comes first. */
function viewOf(asked: string | null, kind: string | undefined): View {
  const found = VIEWS.find(([name]) => name === asked);
  return found ? found[0] : kind === 'evaluation' ? 'learned' : 'curves';
}
