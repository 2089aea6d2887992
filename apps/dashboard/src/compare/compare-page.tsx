import { type Job } from '@distiller/client';
import { useQueries } from '@tanstack/react-query';
import { Link } from 'wouter';
import { ChartControls, useChartSettings } from '../charts/chart-controls.tsx';
import { fromSeries } from '../charts/series.ts';
import { isFinal } from '../job/is-final.ts';
import { MAX_SELECTED } from '../jobs/table-state.ts';
import { useSummaries } from '../jobs/use-summaries.ts';
import { service } from '../service/service.ts';
import { Empty, Loading, Problem } from '../shell/states.tsx';
import { useAddress } from '../shell/use-address.ts';
import { useTitle } from '../shell/use-title.ts';
import { ComparedJobs } from './compared-jobs.tsx';
import { Differences } from './differences.tsx';
import { FidelityPlot } from './fidelity-plot.tsx';
import { Overlays } from './overlays.tsx';
import { ParallelCoordinates } from './parallel-coordinates.tsx';

const MAX_POINTS = 500;
const REFRESH_MS = 5_000;

export function ComparePage() {
  useTitle('Compare');
  const address = useAddress();
  const ids = address.list('jobs').slice(0, MAX_SELECTED);
  const { jobs, isLoading, errors } = useJobs(ids);
  return (
    <div className="page">
      <header className="page-title">
        <h1>Compare</h1>
        <p className="muted">
          Up to {MAX_SELECTED} jobs, chosen in the <Link href="/">table of jobs</Link> with <kbd>x</kbd>, compared with{' '}
          <kbd>c</kbd>.
        </p>
      </header>
      {errors.map((error) => (
        <Problem key={error.message} error={error} />
      ))}
      {ids.length === 0 ? <NothingChosen /> : isLoading ? <Loading what="the jobs" /> : <Compared jobs={jobs} />}
    </div>
  );
}

function NothingChosen() {
  return (
    <>
      <Empty title="No jobs are chosen.">Below is how all distillations stand.</Empty>
      <AllFidelity />
    </>
  );
}

function AllFidelity() {
  const { jobs } = useSummaries();
  return jobs ? <FidelityPlot jobs={jobs.filter(({ kind }) => kind === 'distillation')} /> : null;
}

function useJobs(ids: readonly string[]) {
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['job', id],
      queryFn: () => service.jobs.get(id),
      refetchInterval: REFRESH_MS,
    })),
  });
  return {
    jobs: found.flatMap(({ data }) => (data ? [data] : [])),
    isLoading: found.some(({ isPending }) => isPending),
    errors: found.flatMap(({ error, data }) => (error && !data ? [error] : [])),
  };
}

function Compared({ jobs }: { jobs: readonly Job[] }) {
  const address = useAddress();
  const settings = useChartSettings();
  const isGrouped = address.get('group') === 'seed';
  const curves = useQueries({
    queries: jobs.map(({ id, status }) => ({
      queryKey: ['metrics', id, MAX_POINTS],
      queryFn: () => service.jobs.metrics(id, { maxPoints: MAX_POINTS }),
      refetchInterval: isFinal(status) ? (false as const) : REFRESH_MS,
      select: selectCurves,
    })),
  });
  const { jobs: all } = useSummaries();
  const rows = all?.filter(({ id }) => jobs.some((job) => job.id === id)) ?? [];
  return (
    <>
      <ComparedJobs jobs={jobs} rows={rows} />
      <div className="controls-line">
        <ChartControls settings={settings} />
        <label className="check">
          <input
            type="checkbox"
            checked={isGrouped}
            onChange={(event) => address.set({ group: event.target.checked ? 'seed' : null })}
          />
          Mean and range over seeds
        </label>
      </div>
      <Overlays jobs={jobs} curves={curves.map(({ data }) => data)} settings={settings} isGrouped={isGrouped} />
      <ParallelCoordinates jobs={jobs} rows={rows} />
      <FidelityPlot jobs={rows} />
      <Differences jobs={jobs} />
    </>
  );
}

const selectCurves = ({ data }: Awaited<ReturnType<typeof service.jobs.metrics>>) => fromSeries(data);
