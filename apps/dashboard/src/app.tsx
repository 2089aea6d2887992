import { useQuery } from '@tanstack/react-query';
import { JobList } from './job-list.tsx';
import { JobView } from './job-view.tsx';
import { Problem } from './problem.tsx';
import { service } from './service.ts';
import { useSelectedJob } from './use-selected-job.ts';

/** As many as the service gives at once. */
const NEWEST = 100;

export function App() {
  const [selected, select] = useSelectedJob();
  const jobs = useQuery({
    queryKey: ['jobs'],
    queryFn: () => service.jobs.list({ limit: NEWEST }),
    refetchInterval: 2_000,
  });
  const isDisconnected = jobs.isError && jobs.data !== undefined;
  const isListed = jobs.data !== undefined && jobs.data.data.length > 0;
  return (
    <>
      <header className="page-header">
        <h1>Sobolev distiller</h1>
        <p role="status">
          {isDisconnected ? 'Disconnected: what you see is the last that was heard. Trying again …' : ''}
        </p>
      </header>
      <main>
        <section aria-labelledby="jobs-title">
          <h2 id="jobs-title">Jobs</h2>
          {jobs.isPending && <p className="placeholder">Loading …</p>}
          {jobs.isError && !jobs.data && <Problem error={jobs.error} />}
          {jobs.data?.data.length === 0 && (
            <p className="placeholder">
              No jobs yet. Submit one with <code>POST /v1/jobs</code>, or run <code>npm run demo</code>.
            </p>
          )}
          {isListed && <JobList jobs={jobs.data.data} selected={selected} onSelect={select} />}
          {jobs.data?.has_more && <p className="placeholder">The newest {NEWEST} jobs.</p>}
        </section>
        {selected ? (
          <JobView key={selected} id={selected} />
        ) : (
          isListed && <p className="placeholder">Choose a job to see its curves.</p>
        )}
      </main>
    </>
  );
}
