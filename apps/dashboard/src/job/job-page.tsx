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
import { SweepChildren } from './sweep-children.tsx';
import { useJobStream } from './use-job-stream.ts';

const VIEWS = [
  ['children', 'Its jobs'],
  ['curves', 'Curves'],
  ['learned', 'What was learned'],
  ['spec', 'Spec'],
  ['events', 'Events'],
  ['files', 'Files'],
] as const;
type View = (typeof VIEWS)[number][0];

/** A sweep is its children; it learns nothing itself. */
const OF_SWEEP: readonly View[] = ['children', 'spec', 'events'];

export function JobPage({ id }: { id: string }) {
  useTitle(id);
  const job = useQuery({ queryKey: ['job', id], queryFn: () => service.jobs.get(id), refetchInterval: 3_000 });
  const stream = useJobStream(id);
  const settings = useChartSettings();
  const shown = VIEWS.filter(([name]) => (job.data?.kind === 'sweep' ? OF_SWEEP.includes(name) : name !== 'children'));
  const view = viewOf(useAddress().get('view'), shown, job.data?.kind);
  if (!job.data) {
    const isComing = job.isPending || isUnreachable(job.error);
    return <div className="page">{isComing ? <Loading what={id} /> : <Problem error={job.error} />}</div>;
  }
  const views: Record<View, () => ReactNode> = {
    children: () => <SweepChildren job={job.data} />,
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
        {shown.map(([name, title]) => (
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
function viewOf(asked: string | null, shown: readonly (readonly [View, string])[], kind: string | undefined): View {
  const found = shown.find(([name]) => name === asked);
  return found ? found[0] : kind === 'evaluation' ? 'learned' : shown[0]![0];
}
